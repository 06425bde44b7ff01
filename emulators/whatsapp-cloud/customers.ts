import { userIdFor, userIdPattern } from './ids.ts';
import type { Customer } from './model.ts';
import { saveCustomer, type World } from './world.ts';

/**
 * The customer at this phone (any punctuation) or user id. WhatsApp knows a Brazilian number with or without
 * its ninth digit, a Mexican one with or without the 1, an Argentine one with or without the 9.
 */
export function findCustomer(world: World, address: string): Customer | null {
  const wanted = userIdPattern.test(address) ? address : address.replace(/\D/g, '');
  for (const candidate of [wanted, ...otherForms(wanted)]) {
    const key = world.store.addresses.get(candidate);
    const customer = key === undefined ? undefined : world.store.customers.get(key);
    if (customer) return customer;
  }
  if (address.includes('.ENT.'))
    for (const customer of world.store.customers.values())
      if (customer.parentUserId === address) return customer;
  return null;
}

/** As `findCustomer`, but an unknown phone becomes a customer. Null for what is no phone number. */
export function customerAt(world: World, address: string): Customer | null {
  const found = findCustomer(world, address);
  if (found || userIdPattern.test(address)) return found;
  if (!/^[\d+\-() .]+$/.test(address)) return null;
  const digits = address.replace(/\D/g, '');
  if (!isPhone(digits)) return null;
  return saveCustomer(world, {
    key: `customer-${digits}-${world.newId()}`,
    phone: digits,
    waId: digits,
    name: `Customer ${digits.slice(-4)}`,
    userId: userIdFor(world.business.businessAccountId, digits, 0),
    userIdGeneration: 0,
    parentUserId: null,
    username: null,
    hidePhone: false,
    onWhatsApp: true,
    online: true,
    readReceipts: true,
    blocksBusiness: false,
    blockedByBusiness: false,
    marketing: 'none',
    lastInboundAt: null,
    lastContactAt: null,
  });
}

/** Digits as E.164 allows them: country code first, 7 to 15 of them. */
export function isPhone(digits: string): boolean {
  return /^[1-9]\d{6,14}$/.test(digits);
}

/** Whether webhooks show the phone: always, or for people with a username only within 30 days of a contact. */
export function showsPhone(customer: Customer, now: number): boolean {
  if (customer.hidePhone) return false;
  if (customer.username === null) return true;
  return customer.lastContactAt !== null && now - customer.lastContactAt < 30 * 86_400_000;
}

function otherForms(digits: string): string[] {
  const brazil = /^55(\d\d)(9?)(\d{8})$/.exec(digits);
  if (brazil) return [`55${brazil[1]}${brazil[2] ? '' : '9'}${brazil[3]}`];
  const mexico = /^52(1?)(\d{10})$/.exec(digits);
  if (mexico) return [`52${mexico[1] ? '' : '1'}${mexico[2]}`];
  const argentina = /^54(9?)(\d{10})$/.exec(digits);
  if (argentina) return [`54${argentina[1] ? '' : '9'}${argentina[2]}`];
  return [];
}
