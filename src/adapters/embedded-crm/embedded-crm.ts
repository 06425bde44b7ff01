import { forgetRemote } from '../../db/crm-mirror.ts';
import type { Db } from '../../db/engine.ts';
import { insertColumn, listColumns, readRecord, writeCell } from '../../db/records.ts';
import { isUuid } from '../../db/rows.ts';
import type { Crm, CrmColumn } from '../../ports.ts';

/**
 * The CRM inside Assent: contact, lead and account with Dataverse's column names, in the same database. Fields are
 * written in the transaction that decides, so a decision and its Compliance Field never part.
 */

const TABLES = [
  { name: 'contact', label: 'Contact' },
  { name: 'lead', label: 'Lead' },
  { name: 'account', label: 'Account' },
];

const ALLOW_WHATSAPP = 'assent_allowwhatsapp';

const column = (name: string, label: string, kind: CrmColumn['kind'] = 'text'): CrmColumn => ({
  name,
  label,
  kind,
  defaultValue: null,
  custom: false,
});

const PERSON_COLUMNS = [
  column('fullname', 'Full Name'),
  column('firstname', 'First Name'),
  column('lastname', 'Last Name'),
  column('jobtitle', 'Job Title'),
  column('mobilephone', 'Mobile Phone', 'phone'),
  column('telephone1', 'Business Phone', 'phone'),
  column('telephone2', 'Home Phone', 'phone'),
  column('emailaddress1', 'Email', 'email'),
];

const COMMON_COLUMNS = [
  column('address1_city', 'City'),
  column('address1_country', 'Country/Region'),
  column('preferredlanguage', 'Preferred Language', 'language'),
  column('description', 'Description'),
  column(ALLOW_WHATSAPP, 'Allow WhatsApp', 'boolean'),
];

const COLUMNS: Record<string, CrmColumn[]> = {
  contact: [...PERSON_COLUMNS, ...COMMON_COLUMNS],
  lead: [
    ...PERSON_COLUMNS,
    column('companyname', 'Company Name'),
    column('subject', 'Topic'),
    ...COMMON_COLUMNS,
  ],
  account: [
    column('name', 'Account Name'),
    column('telephone1', 'Main Phone', 'phone'),
    column('telephone2', 'Other Phone', 'phone'),
    column('emailaddress1', 'Email', 'email'),
    column('websiteurl', 'Website'),
    ...COMMON_COLUMNS,
  ],
};

/** Makes the tables' columns where they are missing; safe to run at every start and by several nodes. */
export async function createEmbeddedCrm(db: Db): Promise<Crm> {
  await forgetRemote(db);
  for (const [table, columns] of Object.entries(COLUMNS))
    for (const [position, one] of columns.entries()) await insertColumn(db, table, one, position);
  return {
    kind: 'embedded',
    remote: null,
    tables: async () => TABLES,
    columns: (tx, table) => listColumns(tx, table),
    async writeFields(tx, writes, now) {
      for (const write of writes)
        if (isUuid(write.recordId))
          await writeCell(tx, write.table, write.recordId, write.column, write.value, now);
    },
    async values(tx, table, recordId) {
      if (!isUuid(recordId)) return null;
      return (await readRecord(tx, table, recordId))?.data ?? null;
    },
  };
}
