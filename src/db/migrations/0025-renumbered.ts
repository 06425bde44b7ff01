/** Changes of number may arrive in another order than they happened: an older one does not replace a newer number. */
export const up: readonly string[] = [
  // when the number changed last, by WhatsApp's clock; empty where it never did, or the version before took it in
  `alter table contact_point add column renumbered_at timestamptz`,
];
