/** What setting up a record type needs to know of a remote CRM: words in every language, lookups, column security. */
export const up: readonly string[] = [
  // by language tag; the label itself is in the organisation's base language
  `alter table crm_table add column labels jsonb, add column state_column text`,
  `alter table crm_column add column labels jsonb, add column security jsonb`,
  // apart from crm_column: a node of before reads every row there as a column for forms
  `create table crm_lookup (
    table_name text not null,
    name text not null,
    label text not null,
    labels jsonb,
    targets jsonb not null,
    primary key (table_name, name)
  )`,
  // the last test of a column, made on a record of our own
  `create table crm_column_check (
    table_name text not null,
    column_name text not null,
    checked_at timestamptz not null,
    actor text not null,
    verdict text not null check (verdict in ('works', 'unreadable', 'not-writable', 'unknown')),
    steps jsonb not null,
    -- as metadata said when it was made
    security jsonb,
    primary key (table_name, column_name)
  )`,
];
