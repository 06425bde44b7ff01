export const up: readonly string[] = [
  // a customer who has an answer needs no reminder any more, whoever had one (db/notifications.ts)
  `create index notification_open_reminder on notification (conversation_id)
     where read_at is null and kind in ('waiting', 'window-closing')`,
  // who waits while the window closes is looked for among all who wait, owned or not (db/ownership.ts)
  `drop index conversation_waiting_for_owner`,
  `create index conversation_of_who_waits on conversation (waiting_since) where waiting_since is not null`,
];
