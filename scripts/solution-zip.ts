import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { DOMParser, type Element, XMLSerializer } from '@xmldom/xmldom';
import { strToU8, zipSync } from 'fflate';
import { solutionProblems } from './solution-check.ts';

/** Tables of the CRM that the column "Allow WhatsApp" is made for. */
export const TABLES = ['contact', 'lead', 'account'] as const;
export type Table = (typeof TABLES)[number];

const SOURCE = path.resolve(import.meta.dirname, '../solution');
const XML = ['[Content_Types].xml', 'solution.xml', 'customizations.xml'];
const PLACE = '__ASSENT_URL__';

/**
 * The files of the unmanaged solution, by their path in its zip, for one installation of Assent. Tables that the
 * organisation does not have, as Lead without the Sales app, are left out with their rights. Throws with everything
 * that is wrong with them.
 */
export function solutionFiles(options: { url: string; tables: readonly Table[] }): Map<string, string> {
  const files = new Map(XML.map((name) => [name, readFileSync(path.join(SOURCE, name), 'utf8')]));
  const absent = TABLES.filter((table) => !options.tables.includes(table));
  for (const name of ['solution.xml', 'customizations.xml'])
    files.set(name, withoutTables(files.get(name) ?? '', absent));
  for (const name of readdirSync(path.join(SOURCE, 'WebResources'))) {
    const text = readFileSync(path.join(SOURCE, 'WebResources', name), 'utf8');
    files.set(`WebResources/${name}`, text.replaceAll(PLACE, new URL(options.url).origin));
  }
  const problems = solutionProblems(files);
  if (problems.length > 0) throw new Error(`the solution is not sound:\n${problems.join('\n')}`);
  return files;
}

/** The same files give the same bytes: no time of the build is in them. */
export function zipOf(files: Map<string, string>): Uint8Array {
  const entries = [...files].map(([name, text]) => [name, strToU8(text)] as const);
  return zipSync(Object.fromEntries(entries), { mtime: new Date(1980, 0, 1), level: 9 });
}

function withoutTables(xml: string, absent: readonly Table[]): string {
  if (absent.length === 0) return xml;
  const document = new DOMParser().parseFromString(xml, 'text/xml');
  const gone = (element: Element): boolean => {
    const named =
      element.tagName === 'Entity' ? element.getElementsByTagName('Name')[0]?.textContent : undefined;
    const root = element.tagName === 'RootComponent' ? element.getAttribute('schemaName') : undefined;
    const right = element.tagName === 'RolePrivilege' ? element.getAttribute('name') : undefined;
    return absent.some(
      (table) =>
        named?.toLowerCase() === table ||
        root === table ||
        new RegExp(`^prv(Read|Write|AppendTo)${table}$`, 'i').test(right ?? ''),
    );
  };
  for (const tag of ['Entity', 'RootComponent', 'RolePrivilege'])
    for (const element of [...document.getElementsByTagName(tag)])
      if (gone(element)) element.parentNode?.removeChild(element);
  return new XMLSerializer().serializeToString(document);
}
