/**
 * Whether a migration only adds to the schema and holds no lock for long, so that nodes of the version before go on beside
 * it. A list of what is known to be harmless; all else is named.
 */

/** Tables with few rows, however many customers there are: an index or an update there takes no time. */
const SMALL = new Set([
  'channel',
  'configuration_version',
  'crm_column',
  'crm_column_check',
  'crm_lookup',
  'crm_table',
  'message_template',
  'message_template_version',
  'person',
  'quick_reply',
  'record_type',
  'setting',
  'team',
  'webhook_endpoint',
  'webhook_secret',
  'whatsapp_secret',
  'whatsapp_template',
]);

/** What is wrong with these statements, one sentence each. */
export function notExpandOnly(statements: readonly string[]): string[] {
  const made = new Set<string>();
  return statements.flatMap((statement) => {
    const text = plain(statement);
    const table = /^create table (?:if not exists )?([a-z_]+)/.exec(text)?.[1];
    if (table !== undefined) made.add(table);
    const fault = faultOf(text, (name) => made.has(name));
    return fault === null ? [] : [`${fault}: ${text.slice(0, 120)}`];
  });
}

/** In one line, in small letters, without comments and without what stands in quotes. */
const plain = (statement: string): string =>
  statement
    .replaceAll(/--.*$/gm, '')
    .replaceAll(/\/\*.*?\*\//gs, '')
    .replaceAll(/\$\$.*?\$\$/gs, '$$$$')
    .replaceAll(/'(?:[^']|'')*'/g, "''")
    .replaceAll(/\s+/g, ' ')
    .replaceAll('"', '')
    .trim()
    .toLowerCase();

function faultOf(text: string, isNew: (table: string) => boolean): string | null {
  if (/^create (table|trigger|function|type) /.test(text)) return null;
  const index =
    /^create (?:unique )?index (?:concurrently )?(?:if not exists )?\S+ on (?:only )?([a-z_]+)/.exec(text);
  if (index !== null) return indexFault(text, index[1] ?? '', isNew);
  const altered = /^alter table (?:only )?([a-z_]+) (.*)$/.exec(text);
  if (altered !== null) return isNew(altered[1] ?? '') ? null : alterFault(altered[2] ?? '');
  const written = /^(?:insert into|update) (?:only )?([a-z_]+)/.exec(text)?.[1];
  if (written !== undefined)
    return isNew(written) || SMALL.has(written)
      ? null
      : 'rows of a large table are written while others wait';
  return 'not known to be harmless';
}

function indexFault(text: string, table: string, isNew: (table: string) => boolean): string | null {
  if (isNew(table)) return null;
  if (text.startsWith('create unique')) return 'the version before may write what this forbids';
  return SMALL.has(table) ? null : 'nobody writes to a large table while its index is built';
}

function alterFault(actions: string): string | null {
  for (const action of partsOf(actions)) {
    if (/^set \(fillfactor = \d+\)$/.test(action)) continue;
    if (!/^add (?:column )?(?!constraint|primary|unique|foreign|check|exclude)[a-z_]+ /.test(action))
      return 'more than a column is added';
    if (/\b(references|check|unique|primary key|generated)\b/.test(action))
      return 'a column with a rule reads or writes the whole table';
    const fallback = /\bdefault (.+?)(?: not null)?$/.exec(action)?.[1];
    if (/\bnot null\b/.test(action) && fallback === undefined)
      return 'the version before does not fill the column';
    if (fallback !== undefined && !/^(''|-?[\d.]+|true|false|null)(::[a-z[\] ]+)?$/.test(fallback))
      return 'a default that is no constant writes the whole table';
  }
  return null;
}

/** Splits at commas outside brackets. */
function partsOf(actions: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = '';
  for (const char of actions) {
    if (char === '(') depth += 1;
    if (char === ')') depth -= 1;
    if (char === ',' && depth === 0) {
      parts.push(part.trim());
      part = '';
    } else part += char;
  }
  return [...parts, part.trim()];
}
