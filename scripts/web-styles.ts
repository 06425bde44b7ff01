import { createHash } from 'node:crypto';
import { webDarkTheme, webLightTheme } from '@fluentui/react-components';
import type { ESTree, Plugin } from 'vite';

/**
 * Takes the CSS out of the script. Fluent UI's modules carry their rules as strings beside the class names that they
 * give out (`__styles(names, rules)`), and put them into the page while they run. This build leaves the names in the
 * script and writes the rules of all modules that are used into one file, and with them the values of both themes.
 * `web/ui/style-rules.ts` hands the rules to Griffel before anything is drawn; it puts each into the sheet where it would
 * have put it. A module whose rules are not plain literals stays as it is.
 *
 * https://griffel.js.org/react/css-extraction/introduction
 */
export function stylesBesideTheScript(): Plugin {
  const rulesOf = new Map<string, Rules>();
  let fileName = '';
  return {
    name: 'assent:styles-beside-the-script',
    apply: 'build',
    transform: {
      filter: { id: /\.styles\.js$/, code: /__(styles|resetStyles)\(/ },
      handler(code, id) {
        const parted = part(code, this.parse(code));
        if (parted === null) return null;
        rulesOf.set(id, parted.rules);
        return { code: parted.code, map: null };
      },
    },
    generateBundle: {
      order: 'pre',
      handler(_, bundle) {
        const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
        const used = chunks.flatMap((chunk) => Object.keys(chunk.modules)).sort();
        const source = JSON.stringify({
          rules: merged(used.map((id) => rulesOf.get(id) ?? {})),
          themes: { light: webLightTheme, dark: webDarkTheme },
        });
        const hash = createHash('sha256').update(source).digest('base64url').slice(0, 8);
        fileName = `assets/style-rules-${hash}.json`;
        this.emitFile({ type: 'asset', fileName, source });
      },
    },
    // In the page and not in a script, whose name would stay the same when the rules change.
    transformIndexHtml: () => [
      {
        tag: 'link',
        attrs: { id: 'style-rules', rel: 'preload', as: 'fetch', crossorigin: true, href: `/${fileName}` },
        injectTo: 'head',
      },
    ],
  };
}

/**
 * Writes Fluent UI's design tokens where they are used: `tokens.colorBrandStroke1` is the text `var(--colorBrandStroke1)`,
 * and the table of all of them is left out. `test/architecture/bundle.test.ts` holds every token to that form.
 */
export function tokensInPlace(): Plugin {
  return {
    name: 'assent:tokens-in-place',
    apply: 'build',
    transform: {
      filter: { id: /\/web\/.*\.tsx?$|@fluentui\/.*\.js$/, code: /\btokens\./ },
      handler: (code) => ({
        code: code.replace(
          /(?<![.\w$/])tokens\.((?:border|color|curve|duration|font|line|shadow|spacing|stroke|zIndex)\w+)/g,
          "'var(--$1)'",
        ),
        map: null,
      }),
    },
  };
}

/** By bucket (for what state of an element a rule is), each a text, or a text with details. */
type Rules = Record<string, unknown[]>;

function merged(all: readonly Rules[]): Rules {
  const known = new Map<string, Map<string, unknown>>();
  for (const [bucket, rules] of all.flatMap((one) => Object.entries(one))) {
    const there = known.get(bucket) ?? new Map<string, unknown>();
    known.set(bucket, there);
    for (const rule of rules) there.set(JSON.stringify(rule), rule);
  }
  return Object.fromEntries([...known].map(([bucket, rules]) => [bucket, [...rules.values()]]));
}

type Node = { type: string; start: number; end: number };
type Call = Node & { callee: Node & { name?: string }; arguments: Node[] };

/**
 * How a call with rules is written without them, and how many arguments stay. The helper comes from where the one before
 * it came from: those of `@griffel/react` are hooks, which take the direction from around them, and those of
 * `@griffel/core`, by which FluentProvider dresses its own element, are told it.
 */
const WITHOUT_RULES: Record<string, { helper: string; kept: number }> = {
  __styles: { helper: '__css', kept: 1 },
  __resetStyles: { helper: '__resetCSS', kept: 2 },
};

/** A module without its rules, and the rules; null where they are not plain literals. */
function part(code: string, program: ESTree.Program): { code: string; rules: Rules } | null {
  const rules: Rules[] = [];
  const from = importsIn(program);
  const helpers: string[] = [];
  let parted = code;
  // From the end, so that places found stay where they are.
  for (const { callee, arguments: given } of callsIn(program).sort((a, b) => b.start - a.start)) {
    const name = callee.name ?? '';
    const without = WITHOUT_RULES[name];
    if (without === undefined) continue;
    const source = from.get(name);
    const last = given[without.kept - 1];
    const ruled = given[without.kept];
    const value = ruled === undefined ? undefined : literal(code.slice(ruled.start, ruled.end), ruled);
    if (source === undefined || last === undefined || ruled === undefined || value === undefined) return null;
    helpers.push(`import { ${without.helper} } from '${source}';`);
    rules.unshift(Array.isArray(value) ? { r: value } : value);
    parted = `${parted.slice(0, callee.start)}${without.helper}${parted.slice(callee.end, last.end)}${parted.slice(ruled.end)}`;
  }
  return { code: `${[...new Set(helpers)].join('\n')}\n${parted}`, rules: merged(rules) };
}

/** From which package each name of a module comes. */
function importsIn(program: ESTree.Program): Map<string, string> {
  const imports = program.body.filter((one) => one.type === 'ImportDeclaration');
  return new Map(
    imports.flatMap(({ specifiers, source }) => specifiers.map(({ local }) => [local.name, source.value])),
  );
}

function callsIn(node: unknown): Call[] {
  if (typeof node !== 'object' || node === null) return [];
  const below = Object.values(node).flatMap(callsIn);
  return isCall(node) ? [node, ...below] : below;
}

const isCall = (node: object): node is Call => 'type' in node && node.type === 'CallExpression';

const LITERALS = new Set([
  'ObjectExpression',
  'ArrayExpression',
  'Property',
  'Identifier',
  'Literal',
  'UnaryExpression',
]);

/** What the source of an object or a list says; undefined where something in it is computed. */
function literal(source: string, node: Node): Rules | unknown[] | undefined {
  const isLiteral = (part: unknown): boolean =>
    typeof part !== 'object' ||
    part === null ||
    ((!('type' in part) || LITERALS.has(String(part.type))) && Object.values(part).every(isLiteral));
  return isLiteral(node) ? new Function(`return (${source});`)() : undefined;
}
