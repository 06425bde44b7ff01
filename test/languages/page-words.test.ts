import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import english from '../../web/i18n/en/words.ts';
import { keysIn, pluralOf } from './missing.ts';
import { usedKeys } from './used-keys.ts';

/** A page loads the words it names in `routes.tsx`; a word of another namespace would be shown as its key. */
const web = path.resolve(import.meta.dirname, '../../web');
const ALWAYS = new Set(['ui', 'rights', 'server']);

const keys = new Set(
  Object.entries(english).flatMap(([namespace, words]) => keysIn(words).map((key) => `${namespace}:${key}`)),
);
const named = new Set([...keys].map((key) => pluralOf(key, keys) ?? key));
/** Namespaces that a module says, by its path. */
const saidIn = new Map<string, Set<string>>();
for (const { key, where } of usedKeys((one) => named.has(one))) {
  const module = path.resolve(web, '..', where.replace(/:\d+$/, ''));
  const names = saidIn.get(module) ?? new Set();
  saidIn.set(module, names.add(key.split(':', 1)[0] ?? ''));
}

/** What a module imports, also what it loads later, as far as it is a page's own. */
function importsOf(file: string, source: string): string[] {
  return [...source.matchAll(/(?:from|import\()\s*'(\.[^']+\.tsx?)'/g)]
    .map(([, to]) => path.resolve(path.dirname(file), to ?? ''))
    .filter((to) => to.startsWith(web) && !to.endsWith('words.ts') && existsSync(to));
}

/** Words that come with what a module loads later (web/ui/later.tsx). */
const broughtBy = (source: string): string[] =>
  [...source.matchAll(/words: \[([^\]]+)\]/g)].flatMap(([, names]) => names?.match(/[\w-]+/g) ?? []);

const broughtWith = (reached: Map<string, string[]>): Set<string> =>
  new Set([...reached.keys()].flatMap((module) => broughtBy(readFileSync(module, 'utf8'))));

function said(file: string, seen = new Map<string, string[]>()): Map<string, string[]> {
  if (seen.has(file)) return seen;
  const source = readFileSync(file, 'utf8');
  seen.set(file, [...(saidIn.get(file) ?? [])]);
  for (const next of importsOf(file, source)) said(next, seen);
  return seen;
}

const routes = readFileSync(path.join(web, 'routes.tsx'), 'utf8');
const pages = [
  ...routes.matchAll(
    /const (\w+) = page\(\s*async \(\) => \(await import\('\.\/([^']+)'\)\)\.\w+,?([^)]*)\)/g,
  ),
].map(([, name, file, words]) => ({
  name: name ?? '',
  file: path.join(web, file ?? ''),
  words: [...(words?.matchAll(/[\w-]+/g) ?? [])].map(([word]) => word),
}));

describe('the words of a page', () => {
  it('are named with each page that is loaded', () => {
    expect(pages.length).toBe([...routes.matchAll(/import\('/g)].length);
  });

  it.each(pages)('$name says no others', ({ file, words }) => {
    const reached = said(file);
    const brought = broughtWith(reached);
    const missing = [...reached].flatMap(([module, names]) =>
      names
        .filter((name) => !ALWAYS.has(name) && !words.includes(name) && !brought.has(name))
        .map((name) => `${path.relative(web, module)} says ${name}`),
    );
    expect(missing).toEqual([]);
  });

  it('are enough for the frame around the pages', () => {
    const reached = ['shell.tsx', 'error-boundary.tsx', 'states.tsx'].map((file) =>
      said(path.join(web, 'ui', file)),
    );
    const missing = reached.flatMap((modules) => {
      const brought = broughtWith(modules);
      return [...modules.values()].flat().filter((name) => !ALWAYS.has(name) && !brought.has(name));
    });
    expect(missing).toEqual([]);
  });
});
