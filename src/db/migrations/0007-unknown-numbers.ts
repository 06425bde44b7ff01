/** How a chat finds the records its customer may be in (db/duplicates.ts): by the last digits, and by their texts. */
export const up: readonly string[] = [
  `create index record_phone_last_digits on record_phone (right(match_key, 8))`,
];
