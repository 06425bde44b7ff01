/** Whether WhatsApp, which took messages, tells us anything by webhook (src/core/silence.ts). */
export const up: readonly string[] = [
  // when it took the first message that was sent after the last webhook
  `alter table channel add column unheard_since timestamptz`,
];
