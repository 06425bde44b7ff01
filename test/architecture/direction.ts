import { isTest, type Module } from './modules.ts';

/** Who may import whom (ARCHITECTURE.md, "Imports run one way"). A layer may always import itself, but see below. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  core: [],
  ports: ['core', 'db'],
  db: ['core'],
  actions: ['core', 'db', 'ports'],
  adapters: ['core', 'db', 'ports'],
  schemas: ['core'],
  config: [],
  http: ['schemas', 'actions', 'db', 'core', 'ports', 'config'],
  workers: ['actions', 'db', 'core', 'ports'],
  web: ['core', 'schemas'],
  emulators: [],
  scripts: ['main', 'core', 'db', 'schemas'],
};

/** Pure readers of what WhatsApp posts to us: unknown bytes go in at the route, checked updates come out. */
const READ_AT_THE_EDGE = [
  'src/adapters/whatsapp-cloud/parse-webhook.ts',
  'src/adapters/whatsapp-cloud/signature.ts',
];

/** Pure packages that the rules may use: a table of numbering plans, and canonical JSON (RFC 8785). */
const CORE_PACKAGES = ['libphonenumber-js', 'canonicalize'];

/** Parts of the screens that all others may use, and what each may not be used by: words know no screen. */
const SHARED_SCREENS: Record<string, readonly string[]> = { ui: ['i18n'], i18n: [] };

/** The layer of a module, or `main` for what ties the layers together. */
function layerOf(file: string): string {
  const [top = '', second = '', third = ''] = file.split('/');
  if (top !== 'src') return top;
  if (second === 'http' && third === 'schemas') return 'schemas';
  if (second === 'ports.ts' || second === 'config.ts') return second.replace('.ts', '');
  return second in MAY_IMPORT ? second : 'main';
}

/** The part of a layer that stands alone: an adapter, an emulator, a feature of the screens. */
function partOf(file: string): string | null {
  const [top, second = '', third = ''] = file.split('/');
  if (top === 'emulators') return second;
  if (top === 'src' && second === 'adapters') return third;
  if (top === 'web' && third !== '') return second;
  return null;
}

/** Imports that run against the direction, each as one readable line. */
export function wrongDirections(modules: readonly Module[]): string[] {
  return modules
    .filter(({ path }) => !isTest(path))
    .flatMap((module) =>
      module.imports.flatMap(({ target, ours }) => {
        const reason = ours ? whyNot(module.path, target) : whyNotPackage(module.path, target);
        return reason === null ? [] : [`${module.path} imports ${target}: ${reason}`];
      }),
    );
}

function whyNot(from: string, to: string): string | null {
  // The package's own manifest at the root is data.
  if (!to.includes('/')) return null;
  const layer = layerOf(from);
  if (isTest(to) && layer !== 'scripts') return 'nothing of the product imports what is for tests';
  const other = layerOf(to);
  if (layer === 'main' || layer === 'test') return null;
  if (layer === other) {
    const part = partOf(from);
    if (part === null || part === partOf(to)) return null;
    if (layer === 'web' && SHARED_SCREENS[partOf(to) ?? '']?.includes(part) === false) return null;
    return `${layer} ${part} and ${partOf(to) ?? 'what ties them'} stand alone`;
  }
  if (layer === 'scripts' && other === 'test') return null;
  if (layer === 'http' && READ_AT_THE_EDGE.includes(to)) return null;
  return MAY_IMPORT[layer]?.includes(other) ? null : `${layer} does not import ${other}`;
}

function whyNotPackage(from: string, name: string): string | null {
  if (
    layerOf(from) !== 'core' ||
    CORE_PACKAGES.some((pure) => name === pure || name.startsWith(`${pure}/`))
  ) {
    return null;
  }
  return 'core is pure: no I/O and no package but the listed ones';
}

/** Circles of imports, each once, from its first module in the alphabet. What takes only types runs in no circle. */
export function importCycles(modules: readonly Module[]): string[] {
  const edges = new Map(
    modules.map(({ path, imports }) => [
      path,
      imports.filter(({ ours, typeOnly }) => ours && !typeOnly).map(({ target }) => target),
    ]),
  );
  const circles = new Set<string>();
  const done = new Set<string>();
  const walk = (file: string, trail: string[]): void => {
    const at = trail.indexOf(file);
    if (at >= 0) {
      const circle = trail.slice(at);
      const first = circle.indexOf([...circle].sort()[0] ?? file);
      const turned = [...circle.slice(first), ...circle.slice(0, first)];
      circles.add([...turned, turned[0]].join(' → '));
      return;
    }
    if (done.has(file)) return;
    for (const next of edges.get(file) ?? []) walk(next, [...trail, file]);
    done.add(file);
  };
  for (const file of edges.keys()) walk(file, []);
  return [...circles].sort();
}
