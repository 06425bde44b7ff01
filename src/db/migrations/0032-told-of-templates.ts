/** Meta's webhooks come in any order: of two that tell a template's status, or its category, the later one is true. */
export const up: readonly string[] = [
  // when that was which was told last, by Meta's clock; empty where only the list was read
  `alter table whatsapp_template add column status_told_at timestamptz, add column category_told_at timestamptz`,
];
