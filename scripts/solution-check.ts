import { DOMParser, type Document, type Element } from '@xmldom/xmldom';

/**
 * What can be known of a solution without an organisation to import it into: its XML is well-formed, and its parts agree
 * with each other and with the naming rules. It is no import.
 *
 * https://learn.microsoft.com/power-apps/developer/data-platform/customization-solutions-file-schema
 */

const ROOT_TYPES: Record<string, string> = { '1': 'Entity', '20': 'Role', '61': 'WebResource' };
const GUID = /^\{[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}$/i;
const ATTRIBUTE_TYPES = ['bit', 'nvarchar', 'memo', 'datetime', 'int', 'primarykey'];
const LEVELS = ['Basic', 'Local', 'Deep', 'Global'];
/** The standard columns of an activity that a solution may bring along. */
const STANDARD = ['activityid', 'subject'];

/** Everything that is wrong, each as a sentence; an empty list where nothing was found. */
export function solutionProblems(files: ReadonlyMap<string, string>): string[] {
  const problems: string[] = [];
  const parsed = (name: string): Document | null => {
    const text = files.get(name);
    if (text === undefined) problems.push(`${name} is missing`);
    return text === undefined ? null : parse(name, text, problems);
  };
  const [types, solution, customizations] = [
    parsed('[Content_Types].xml'),
    parsed('solution.xml'),
    parsed('customizations.xml'),
  ];
  if (types === null || solution === null || customizations === null) return problems;
  const extensions = all(types, 'Default').map((one) => one.getAttribute('Extension'));
  for (const name of files.keys())
    if (!extensions.includes(name.split('.').at(-1) ?? '')) problems.push(`${name} has no content type`);
  return [
    ...problems,
    ...ofManifest(solution),
    ...ofParts(solution, customizations),
    ...ofTables(customizations, textOf(solution, 'CustomizationPrefix')),
    ...ofRoles(customizations),
    ...ofWebResources(customizations, files, textOf(solution, 'CustomizationPrefix')),
  ];
}

function parse(name: string, text: string, problems: string[]): Document | null {
  try {
    return new DOMParser({
      onError: (level, message) => {
        throw new Error(`${level}: ${message}`);
      },
    }).parseFromString(text, 'text/xml');
  } catch (error) {
    problems.push(`${name} is not well-formed: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}

const all = (within: Document | Element, tag: string): Element[] => [...within.getElementsByTagName(tag)];
const textOf = (within: Document | Element, tag: string): string =>
  within.getElementsByTagName(tag)[0]?.textContent ?? '';

function ofManifest(solution: Document): string[] {
  const problems: string[] = [];
  if (!/^\d+\.\d+\.\d+\.\d+$/.test(textOf(solution, 'Version')))
    problems.push('the version has not four parts');
  if (textOf(solution, 'Managed') !== '0') problems.push('the solution is not unmanaged');
  if (!/^[a-z][a-z0-9]{1,7}$/.test(textOf(solution, 'CustomizationPrefix')))
    problems.push('the prefix is not 2 to 8 letters and digits');
  const value = Number(textOf(solution, 'CustomizationOptionValuePrefix'));
  if (!(value >= 10_000 && value <= 99_999))
    problems.push('the option value prefix is not from 10000 to 99999');
  if (!/^\w+$/.test(textOf(solution, 'UniqueName'))) problems.push('the unique name is malformed');
  return problems;
}

/** What the manifest names is there, and nothing else is. */
function ofParts(solution: Document, customizations: Document): string[] {
  const named = all(solution, 'RootComponent').map((root) => {
    const kind = ROOT_TYPES[root.getAttribute('type') ?? ''] ?? `of type ${root.getAttribute('type')}`;
    return `${kind} ${(root.getAttribute('schemaName') ?? root.getAttribute('id') ?? '').toLowerCase()}`;
  });
  const held = [
    ...all(customizations, 'Entity').map((one) => `Entity ${textOf(one, 'Name').toLowerCase()}`),
    ...all(customizations, 'Role').map((one) => `Role ${(one.getAttribute('id') ?? '').toLowerCase()}`),
    ...all(customizations, 'WebResource').map((one) => `WebResource ${textOf(one, 'Name').toLowerCase()}`),
  ];
  const twice = [...named, ...held].filter(
    (one) =>
      named.filter((other) => other === one).length > 1 || held.filter((other) => other === one).length > 1,
  );
  return [
    ...named.filter((one) => !held.includes(one)).map((one) => `${one} is named and not there`),
    ...held.filter((one) => !named.includes(one)).map((one) => `${one} is there and not named`),
    ...new Set(twice.map((one) => `${one} is there twice`)),
  ];
}

function ofTables(customizations: Document, prefix: string): string[] {
  return all(customizations, 'Entity').flatMap((entity) => {
    const table = textOf(entity, 'Name');
    const [info] = all(entity, 'entity');
    const problems: string[] = [];
    if (info?.getAttribute('Name') !== table) problems.push(`${table} has two names`);
    const ours = table.startsWith(`${prefix}_`);
    if (ours && textOf(entity, 'OwnershipTypeMask') !== 'UserOwned')
      problems.push(`${table} is owned by nobody`);
    if (ours && !/^[a-z0-9_]+$/.test(textOf(entity, 'EntitySetName')))
      problems.push(`${table} has no set name`);
    if (ours && all(entity, 'attribute').filter((one) => textOf(one, 'Type') === 'primarykey').length !== 1)
      problems.push(`${table} has not one key`);
    if (!ours && info?.getAttribute('unmodified') !== '1')
      problems.push(`${table} is not ours and would be changed`);
    // Given at the import; a number here would be another organisation's.
    if (all(entity, 'ObjectTypeCode').length > 0) problems.push(`${table} brings a number along`);
    for (const attribute of all(entity, 'attribute')) problems.push(...ofColumn(table, attribute, prefix));
    return problems;
  });
}

function ofColumn(table: string, attribute: Element, prefix: string): string[] {
  const physical = attribute.getAttribute('PhysicalName') ?? '';
  const column = `${table}.${physical}`;
  const problems: string[] = [];
  for (const tag of ['Name', 'LogicalName'])
    if (textOf(attribute, tag) !== physical.toLowerCase()) problems.push(`${column}: ${tag} is another`);
  const standard = STANDARD.includes(physical.toLowerCase());
  if (!standard && !physical.startsWith(`${prefix}_`)) problems.push(`${column} has not our prefix`);
  if (textOf(attribute, 'IsCustomField') !== (standard ? '0' : '1'))
    problems.push(`${column}: IsCustomField is wrong`);
  const type = textOf(attribute, 'Type');
  if (!ATTRIBUTE_TYPES.includes(type)) problems.push(`${column} has a type of its own: ${type}`);
  if (all(attribute, 'displayname').length === 0) problems.push(`${column} has no label`);
  if (type === 'bit') {
    const values = all(attribute, 'option').map((one) => one.getAttribute('value'));
    if (values.toSorted().join() !== '0,1') problems.push(`${column} has not the two values 0 and 1`);
  }
  return problems;
}

function ofRoles(customizations: Document): string[] {
  return all(customizations, 'Role').flatMap((role) => {
    const rights = all(role, 'RolePrivilege');
    const names = rights.map((right) => right.getAttribute('name') ?? '');
    return [
      ...(GUID.test(role.getAttribute('id') ?? '') ? [] : ['a role has no id']),
      ...names.filter((name) => !/^prv[A-Z]\w+$/.test(name)).map((name) => `${name} is no privilege`),
      ...names.filter((name, at) => names.indexOf(name) !== at).map((name) => `${name} is there twice`),
      ...rights
        .filter((right) => !LEVELS.includes(right.getAttribute('level') ?? ''))
        .map((right) => `${right.getAttribute('name')} has no level`),
    ];
  });
}

function ofWebResources(
  customizations: Document,
  files: ReadonlyMap<string, string>,
  prefix: string,
): string[] {
  const resources = all(customizations, 'WebResource');
  const held = resources.map((one) => textOf(one, 'FileName').replace(/^\//, ''));
  return [
    ...resources.flatMap((one) => {
      const name = textOf(one, 'Name');
      const kind = { '1': 'html', '3': 'js' }[textOf(one, 'WebResourceType')];
      return [
        ...(name.startsWith(`${prefix}_`) ? [] : [`${name} has not our prefix`]),
        ...(name.endsWith(`.${kind}`) ? [] : [`${name} is of another type`]),
        ...(GUID.test(textOf(one, 'WebResourceId')) ? [] : [`${name} has no id`]),
      ];
    }),
    ...held.filter((file) => !files.has(file)).map((file) => `${file} is not there`),
    ...[...files.keys()]
      .filter((file) => file.startsWith('WebResources/') && !held.includes(file))
      .map((file) => `${file} is there and not named`),
    ...[...files]
      .filter(([, text]) => text.includes('__ASSENT_URL__'))
      .map(([file]) => `${file} has no address`),
  ];
}
