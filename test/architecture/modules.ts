import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Program, parseSync, Visitor, type VisitorObject } from 'oxc-parser';

/** Every module of the repository as the rules see it. */

const root = path.resolve(import.meta.dirname, '../..');
const FOLDERS = ['src', 'web', 'emulators', 'test', 'bench', 'scripts'];

export interface Import {
  /** A path below the root for a module of ours (`src/core/gate.ts`), else the package's name as written. */
  target: string;
  ours: boolean;
  /** Imported names; `*` for a whole module, a dynamic import or a re-export of everything. */
  names: string[];
  /** Gone at run time: only types are taken. */
  typeOnly: boolean;
}

export interface Module {
  /** Below the root, with `/`. */
  path: string;
  text: string;
  program: Program;
  imports: Import[];
}

export function readModules(): Module[] {
  const files = globSync(
    FOLDERS.map((folder) => `${folder}/**/*.{ts,tsx}`),
    { cwd: root },
  );
  return (
    files
      .map((file) => file.split(path.sep).join('/'))
      // What the build made, and what bench/peers installed.
      .filter((file) => !/^web\/(dist|\.dist-[^/]*)\/|\/node_modules\//.test(file))
      .sort()
      .map((file) => parseModule(file, readFileSync(path.join(root, file), 'utf8')))
  );
}

/** Throws where the text is no TypeScript. */
export function parseModule(file: string, text: string): Module {
  const { program, errors, module } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file}: ${errors.map(({ message }) => message).join('; ')}`);
  const imports: Import[] = module.staticImports.map(({ moduleRequest, entries }) => ({
    ...resolve(file, moduleRequest.value),
    names: entries.map(
      ({ importName }) => importName.name ?? (importName.kind === 'Default' ? 'default' : '*'),
    ),
    typeOnly: entries.length > 0 && entries.every(({ isType }) => isType),
  }));
  for (const { entries } of module.staticExports) {
    for (const { moduleRequest, importName, isType } of entries) {
      if (moduleRequest === null) continue;
      const names = [importName.name ?? '*'];
      imports.push({ ...resolve(file, moduleRequest.value), names, typeOnly: isType });
    }
  }
  visit(program, {
    ImportExpression({ source }) {
      if (source.type !== 'Literal' || typeof source.value !== 'string') return;
      imports.push({ ...resolve(file, source.value), names: ['*'], typeOnly: false });
    },
    TSImportType({ source }) {
      imports.push({ ...resolve(file, source.value), names: ['*'], typeOnly: true });
    },
  });
  return { path: file, text, program, imports };
}

export function visit(program: Program, visitor: VisitorObject): void {
  new Visitor(visitor).visit(program);
}

/** The line a rule complains about, as `path:line`. */
export function place(module: Module, node: { start: number }): string {
  return `${module.path}:${module.text.slice(0, node.start).split('\n').length}`;
}

/** Tests and what only tests use: they may reach into everything. */
export function isTest(file: string): boolean {
  return /\.test\.tsx?$|\/fixtures\/|^test\/|^bench\//.test(file);
}

function resolve(from: string, specifier: string): { target: string; ours: boolean } {
  if (!specifier.startsWith('.')) return { target: specifier, ours: false };
  return { target: path.posix.join(path.posix.dirname(from), specifier), ours: true };
}
