import { isTest, type Module, place, visit } from './modules.ts';

/** The doors of which there is one: SQL, transactions, the ledger, the hand-over to WhatsApp. */

const DRIVERS = /^(kysely|pg|@electric-sql\/pglite)(\/|$)/;
const LOOKS_LIKE_SQL =
  /^\s*(select\s[\s\S]+\sfrom\s|SELECT\s[\s\S]+\sFROM\s|insert\s+into\s|INSERT\s+INTO\s|update\s+\w+\s+set\s|UPDATE\s+\w+\s+SET\s|delete\s+from\s|DELETE\s+FROM\s|(create|alter|drop)\s+(table|index)\s|with\s+\w+\s+as\s*\()/;
const WRITES = /\b(insert\s+into|update\s+\w+\s+(\w+\s+)?set|delete\s+from|pg_notify)\b/i;
const WRITES_LEDGER = /\b(insert\s+into|update|delete\s+from|truncate(\s+table)?)\s+ledger\b/i;

/** Product code outside `src/db` that speaks SQL. */
export function sqlOutsideDb(modules: readonly Module[]): string[] {
  return product(modules)
    .filter(({ path }) => !path.startsWith('src/db/'))
    .flatMap((module) => {
      const found = module.imports
        .filter(({ target }) => DRIVERS.test(target))
        .map(({ target }) => `${module.path} imports ${target}: SQL is spoken in src/db`);
      for (const { node, text, tagged } of texts(module)) {
        if (tagged || LOOKS_LIKE_SQL.test(text))
          found.push(`${place(module, node)} holds SQL; it belongs in src/db`);
      }
      return found;
    });
}

/** Transactions that open anywhere but in the one place that runs an action's. */
export function transactionsOutsideActions(modules: readonly Module[]): string[] {
  const found: string[] = [];
  for (const module of product(modules)) {
    if (module.path !== 'src/actions/transaction.ts') {
      for (const { node, name } of calls(module)) {
        if (/(^|\.)(transaction|startTransaction)$/.test(name)) {
          found.push(`${place(module, node)} opens a transaction; src/actions/transaction.ts does`);
        }
      }
      for (const { node, text } of texts(module)) {
        if (
          /^\s*(begin|start transaction|commit|rollback)\s*;?\s*$/i.test(text) &&
          module.path.startsWith('src/db/') &&
          // A new client of the embedded database ends what the one before it was in the middle of.
          !(module.path === 'src/db/engine.ts' && text === 'rollback')
        ) {
          found.push(`${place(module, node)} opens or ends a transaction by hand`);
        }
      }
    }
    if (!module.path.startsWith('src/actions/')) {
      for (const { names, target } of module.imports) {
        if (names.includes('inTransaction'))
          found.push(`${module.path} takes inTransaction from ${target}: only actions do`);
      }
    }
  }
  return found;
}

/** Everything but actions reads at most: functions of `src/db` that write are for actions. */
export function writesOutsideActions(modules: readonly Module[]): string[] {
  const writers = new Map(
    modules
      .filter(({ path }) => path.startsWith('src/db/'))
      .map((module) => [module.path, writersOf(module)]),
  );
  return product(modules)
    .filter(({ path }) => path.startsWith('src/http/') || path.startsWith('src/workers/'))
    .flatMap(({ path, imports }) =>
      imports.flatMap(({ target, names }) =>
        names
          .filter((name) => writers.get(target)?.has(name))
          .map((name) => `${path} takes ${name} from ${target}: what writes is for actions`),
      ),
    );
}

/** Exported functions whose SQL writes, or that call one that does within their module. */
function writersOf(module: Module): Set<string> {
  const bodies = new Map<string, string>();
  visit(module.program, {
    FunctionDeclaration(node) {
      if (node.id !== null) bodies.set(node.id.name, module.text.slice(node.start, node.end));
    },
  });
  const writers = new Set([...bodies].filter(([, body]) => WRITES.test(body)).map(([name]) => name));
  for (let size = -1; size !== writers.size; ) {
    size = writers.size;
    for (const [name, body] of bodies) {
      if ([...writers].some((writer) => new RegExp(`\\b${writer}\\(`).test(body))) writers.add(name);
    }
  }
  return writers;
}

/** Second doors to the ledger, and second ways to hand a message over. */
export function secondDoors(modules: readonly Module[]): string[] {
  const found: string[] = [];
  for (const module of product(modules)) {
    if (module.path !== 'src/db/ledger.ts') {
      for (const { node, text } of texts(module)) {
        if (WRITES_LEDGER.test(text))
          found.push(`${place(module, node)} writes the ledger; src/db/ledger.ts does`);
      }
    }
    if (
      module.path !== 'src/actions/record-facts.ts' &&
      module.imports.some(({ names }) => names.includes('appendLines'))
    ) {
      found.push(`${module.path} takes appendLines; src/actions/record-facts.ts does`);
    }
    if (module.path === 'src/actions/hand-over.ts') continue;
    for (const { node, name } of calls(module)) {
      if (/(^|\.)provider\.send$/.test(name)) {
        found.push(
          `${place(module, node)} hands a message over; src/actions/hand-over.ts does, after the gate`,
        );
      }
    }
  }
  return found;
}

function product(modules: readonly Module[]): Module[] {
  return modules.filter(({ path }) => !isTest(path) && !path.startsWith('scripts/'));
}

interface Text {
  node: { start: number };
  text: string;
  /** Written as sql`…`. */
  tagged: boolean;
}

/** Every string and template of a module; what stands in `${}` counts as a word. */
function texts(module: Module): Text[] {
  const found: Text[] = [];
  const tagged = new Set<number>();
  visit(module.program, {
    TaggedTemplateExpression({ tag, quasi }) {
      if (tag.type === 'Identifier' && tag.name === 'sql') tagged.add(quasi.start);
    },
  });
  visit(module.program, {
    TemplateLiteral(node) {
      const text = node.quasis.map(({ value }) => value.cooked ?? value.raw).join('x');
      found.push({ node, text, tagged: tagged.has(node.start) });
    },
    Literal(node) {
      if (typeof node.value === 'string') found.push({ node, text: node.value, tagged: false });
    },
  });
  return found;
}

/** Every call as the text before its parentheses, without spaces or `?`: `ctx.provider.send`. */
function calls(module: Module): { node: { start: number }; name: string }[] {
  const found: { node: { start: number }; name: string }[] = [];
  visit(module.program, {
    CallExpression(node) {
      const name = module.text.slice(node.callee.start, node.callee.end).replace(/[\s?!]/g, '');
      found.push({ node, name });
    },
  });
  return found;
}
