/** Which node holds how many permits of a number's allowance, and until when (src/core/allowance.ts). */
export const up: readonly string[] = [
  `create table allowance_share (
    channel_id text not null references channel(id),
    -- a run of a process, or permits that one gave up
    holder uuid not null,
    permits int not null,
    -- by the database's clock; they rest for a second after it
    lease_until timestamptz not null,
    primary key (channel_id, holder)
  )`,
];
