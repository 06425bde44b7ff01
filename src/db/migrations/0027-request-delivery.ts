/** When WhatsApp says that a request arrived and was read: a message keeps its furthest status alone, with one time. */
export const up: readonly string[] = [
  // WhatsApp's clock; empty where it told of none, or a node of the version before took it in
  `alter table consent_request add column delivered_at timestamptz`,
  `alter table consent_request add column read_at timestamptz`,
];
