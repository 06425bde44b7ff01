import { PURPOSES } from '../core/purpose.ts';
import { insertContactPoints, type PassedNumber, passNumbers } from '../db/contact-points.ts';
import type { Tx } from '../db/engine.ts';
import { type PhoneLink, recordsOfNumber } from '../db/records.ts';
import type { Context } from './context.ts';
import { newContactPoint } from './identify.ts';
import { writeValues } from './project-decision.ts';
import type { Rules } from './record-facts.ts';
import type { Sighted } from './sight.ts';

/**
 * A number that its customer gave up is somebody else's: what was decided stays with the customer who is at another number now,
 * and the records that hold this one are about whoever has it (product.md §3.2, “When the number changes”).
 */

type Types = Rules['recordTypes'];

/** A record takes the number of whom nothing is known. Answers who that is; the customer who left it is locked. */
export async function passToStranger(
  tx: Tx,
  ctx: Context,
  {
    e164,
    matchKey: value,
    from,
    since,
  }: Pick<PhoneLink, 'e164' | 'matchKey'> & Pick<PassedNumber, 'from' | 'since'>,
  recordTypes: Types,
  taking: Pick<Sighted, 'table' | 'id'>,
): Promise<string> {
  const stranger = newContactPoint(ctx.make.id(), { phone: e164 }, null);
  await insertContactPoints(tx, [stranger]);
  const passed = { value, contactPointId: stranger.id, from, since };
  await passNumbers(tx, [passed]);
  await emptyRecordsOf(tx, ctx, [passed], recordTypes, taking);
  return stranger.id;
}

/** The fields of the records that held these numbers all the while say nothing any more; those of `but` are judged apart. */
export async function emptyRecordsOf(
  tx: Tx,
  ctx: Context,
  numbers: readonly Pick<PassedNumber, 'value'>[],
  recordTypes: Types,
  but?: Pick<Sighted, 'table' | 'id'>,
): Promise<void> {
  for (const { value } of numbers) {
    const held = (await recordsOfNumber(tx, value)).filter(
      ({ recordType, recordId, messaging }) =>
        messaging && !(recordType === but?.table && recordId === but.id),
    );
    const values = held.flatMap((record) => PURPOSES.map((purpose) => ({ record, purpose, value: null })));
    await writeValues(tx, ctx, values, recordTypes);
  }
}
