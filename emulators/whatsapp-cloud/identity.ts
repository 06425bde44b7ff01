import { z } from 'zod';
import { findCustomer, isPhone, showsPhone } from './customers.ts';
import { userIdFor, userIdPattern } from './ids.ts';
import type { Customer } from './model.ts';
import { preferenceUpdate, systemUpdate } from './payloads.ts';
import { ImpossibleAct } from './person.ts';
import { deliverWaiting } from './status.ts';
import { saveCustomer, type World } from './world.ts';

/** What `PUT /emulator/customers/{phone}` takes. */
export const customerChangeSchema = z.strictObject({
  name: z.string().max(200).optional(),
  waId: z
    .string()
    .transform((phone) => phone.replace(/\D/g, ''))
    .refine(isPhone, 'no phone number')
    .optional(),
  username: z.string().min(1).nullable().optional(),
  hidePhone: z.boolean().optional(),
  parentUserId: z.string().regex(userIdPattern).nullable().optional(),
  onWhatsApp: z.boolean().optional(),
  online: z.boolean().optional(),
  readReceipts: z.boolean().optional(),
  blocksBusiness: z.boolean().optional(),
});

export function changeCustomer(
  world: World,
  customer: Customer,
  change: z.infer<typeof customerChangeSchema>,
): Customer {
  if (change.waId !== undefined && taken(world, change.waId, customer))
    throw new ImpossibleAct(`${change.waId} belongs to another customer`);
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  const changed = saveCustomer(world, { ...customer, ...given });
  if (changed.online && !customer.online) deliverWaiting(world, changed);
  return changed;
}

/** Stops, resumes or signs up for marketing messages, in WhatsApp's own settings. */
export function changePreference(
  world: World,
  customer: Customer,
  value: 'stop' | 'resume' | 'signup',
): Customer {
  const changed = saveCustomer(world, { ...customer, marketing: value });
  world.webhooks.tell(preferenceUpdate(world, changed, value, value === 'signup' ? world.newId() : null));
  return changed;
}

/** New phone, and with it a new user id. `shared`: the business is told the new phone. */
export function changeNumber(world: World, customer: Customer, phone: string, shared: boolean): Customer {
  const digits = phone.replace(/\D/g, '');
  if (!isPhone(digits)) throw new ImpossibleAct(`${phone} is no phone number`);
  if (taken(world, digits, customer)) throw new ImpossibleAct(`${digits} belongs to another customer`);
  const changed = saveCustomer(world, {
    ...customer,
    phone: digits,
    waId: digits,
    userId: userIdFor(world.business.businessAccountId, digits, 0),
    userIdGeneration: 0,
  });
  if (shared) {
    const base = {
      ...(showsPhone(customer, world.now()) ? { from: customer.waId } : {}),
      from_user_id: customer.userId,
      id: world.messageId(customer.waId, 'in'),
    };
    const system = {
      type: 'user_changed_number',
      body: `User ${customer.name} changed from ${customer.waId} to ${digits}`,
      wa_id: digits,
      user_id: changed.userId,
      previous_user_id: customer.userId,
    };
    world.webhooks.tell(systemUpdate(world, changed, base, system));
  } else tellUserId(world, customer, changed);
  return changed;
}

/** A new user id without a word about the phone. */
export function changeUserId(world: World, customer: Customer): Customer {
  const generation = customer.userIdGeneration + 1;
  const changed = saveCustomer(world, {
    ...customer,
    userIdGeneration: generation,
    userId: userIdFor(world.business.businessAccountId, customer.phone, generation),
  });
  tellUserId(world, customer, changed);
  return changed;
}

/** The customer's encryption identity changed, as after a new installation. */
export function changeIdentity(world: World, customer: Customer): void {
  const seconds = Math.floor(world.now() / 1000);
  world.webhooks.tell(
    systemUpdate(
      world,
      customer,
      {
        ...(showsPhone(customer, world.now()) ? { from: customer.waId } : {}),
        from_user_id: customer.userId,
        id: world.messageId(customer.waId, 'in'),
      },
      { type: 'customer_identity_changed', body: 'User identity changed' },
      {
        identity: {
          acknowledged: true,
          created_timestamp: String(seconds),
          hash: Buffer.from(customer.userId).toString('base64'),
        },
      },
    ),
  );
}

function tellUserId(world: World, before: Customer, after: Customer): void {
  world.webhooks.tell(
    systemUpdate(
      world,
      after,
      { from_user_id: before.userId, id: world.messageId(before.waId, 'in') },
      {
        type: 'user_changed_user_id',
        body: `User ${before.name} changed`,
        user_id: after.userId,
        previous_user_id: before.userId,
      },
    ),
  );
}

function taken(world: World, digits: string, customer: Customer): boolean {
  const owner = findCustomer(world, digits);
  return owner !== null && owner.key !== customer.key;
}
