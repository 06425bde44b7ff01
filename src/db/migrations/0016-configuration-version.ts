/** Tables whose few rows rules read all the time. A trigger on each, so that older nodes, too, change the version. */
const SOURCES = ['record_type', 'message_template', 'whatsapp_template'];

export const up: readonly string[] = [
  // What a process read of the configuration is true as long as these say the same. A value by chance and no count: the
  // number of a transaction that was undone would come again and mean something else.
  `create table configuration_version (source text primary key, version uuid not null)`,
  `insert into configuration_version (source, version)
   select source, gen_random_uuid() from unnest(array['setting', ${SOURCES.map((source) => `'${source}'`).join(', ')}]) as s(source)`,
  `create function note_configuration_change() returns trigger language plpgsql as $$
   begin
     update configuration_version set version = gen_random_uuid() where source = tg_table_name;
     return null;
   end $$`,
  // the readiness probe writes a row every few seconds, and configures nothing
  `create trigger setting_is_configuration after insert or update on setting for each row
     when (new.name <> 'probe') execute function note_configuration_change()`,
  `create trigger setting_was_configuration after delete on setting for each row
     execute function note_configuration_change()`,
  ...SOURCES.map(
    (source) => `create trigger ${source}_is_configuration after insert or update or delete on ${source}
     for each statement execute function note_configuration_change()`,
  ),
  // whoever was merged into somebody: read with every look at a ledger
  `create index contact_point_merged_into on contact_point (merged_into) where merged_into is not null`,
  // room in the page for the next version of a row that every message changes, beside its indexes
  `alter table contact_point set (fillfactor = 80)`,
];
