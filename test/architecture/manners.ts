import { isTest, type Module, place, visit } from './modules.ts';

/** How the code is written, where a machine can tell. */

/** Modules that only pass on what others export. */
export function barrels(modules: readonly Module[]): string[] {
  return modules.flatMap((module) => {
    const { body } = module.program;
    const passesOn = body.filter(
      (node) =>
        node.type === 'ExportAllDeclaration' ||
        (node.type === 'ExportNamedDeclaration' && node.source !== null),
    );
    if (/\/index\.tsx?$/.test(module.path))
      return [`${module.path}: a folder has no index; import the module itself`];
    if (body.some((node) => node.type === 'ExportAllDeclaration'))
      return [`${module.path} exports all of another module`];
    if (body.length > 0 && passesOn.length === body.length)
      return [`${module.path} only passes on what others export`];
    return [];
  });
}

/** Names that say nothing. */
export function emptyNames(modules: readonly Module[]): string[] {
  return modules
    .filter(({ path }) => /(^|[/.-])(utils?|helpers?|misc|stuff)([/.-]|$)/.test(path))
    .map(({ path }) => `${path}: name it by what it is about`);
}

/** Ways round the type checker. */
export function uncheckedTypes(modules: readonly Module[]): string[] {
  return modules.flatMap((module) => {
    const found: string[] = [];
    visit(module.program, {
      TSAnyKeyword(node) {
        found.push(`${place(module, node)} says any`);
      },
      TSNonNullExpression(node) {
        found.push(`${place(module, node)} says ! where the type says maybe`);
      },
    });
    for (const match of module.text.matchAll(/^\s*(?:\/\/|\/\*)\s*@ts-(ignore|nocheck|expect-error)/gm)) {
      found.push(
        `${place(module, { start: match.index + match[0].search(/\S/) })} silences the type checker`,
      );
    }
    return found;
  });
}

/** What a rule would know without being told: the time, chance, the process, the network. */
const OUTSIDE =
  /^(Date\.now|Math\.random|performance\.now|crypto\.\w+|globalThis\.\w+|process\.\w+|fetch|setTimeout|setInterval)$/;

export function impureCore(modules: readonly Module[]): string[] {
  return modules
    .filter(({ path }) => path.startsWith('src/core/') && !isTest(path))
    .flatMap((module) => {
      const found: string[] = [];
      visit(module.program, {
        CallExpression({ callee, start }) {
          const name = module.text.slice(callee.start, callee.end);
          if (OUTSIDE.test(name))
            found.push(`${place(module, { start })} calls ${name}; core is told everything`);
        },
        NewExpression({ callee, arguments: given, start }) {
          if (callee.type === 'Identifier' && callee.name === 'Date' && given.length === 0) {
            found.push(`${place(module, { start })} asks for the time; core is told the time`);
          }
        },
      });
      return found;
    });
}
