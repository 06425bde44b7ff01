/** A number that its customer gave up is somebody else's: what is of before that is still about the one before. */
export const up: readonly string[] = [
  // when whoever had the number before had left it, by WhatsApp's clock; empty where nobody is known to have had it
  `alter table contact_point_alias add column since timestamptz`,
];
