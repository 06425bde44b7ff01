import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

/**
 * The browser's pages, `web/dist`, built from `web/` and the modules of the server that the pages share. A build goes
 * to a folder of its own beside the live one and takes its place by a rename, so that a server that is running never
 * serves half of it.
 */
const root = path.dirname(import.meta.dirname);
const web = path.join(root, 'web');
const dist = path.join(web, 'dist');
const STAMP = '.inputs';

/** What decides the result; tests of these folders do not. */
const INPUTS = [
  'web',
  'src/core',
  'src/http/schemas',
  'vite.config.ts',
  'scripts/web-styles.ts',
  'package-lock.json',
];

export type WebBuild =
  | { result: 'built'; seconds: number }
  | { result: 'current' }
  /** It cannot be built here; `stale` says whether an older build stands in `web/dist`. */
  | { result: 'not-possible'; reason: string; stale: boolean };

/** Builds when the inputs differ from those of the last build. Throws where the build itself fails. */
export function buildWeb(): WebBuild {
  const built = existsSync(path.join(dist, 'index.html'));
  if (!existsSync(path.join(web, 'main.tsx'))) {
    return built
      ? { result: 'current' }
      : { result: 'not-possible', reason: 'there is no web/main.tsx', stale: false };
  }
  const inputs = hashInputs();
  if (built && stampOf(dist) === inputs) return { result: 'current' };
  const vite = findVite();
  if (vite === null) return { result: 'not-possible', reason: 'Vite is not installed', stale: built };

  const started = performance.now();
  const fresh = path.join(web, `.dist-${process.pid}`);
  const { status } = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
    cwd: root,
    env: { ...process.env, ASSENT_WEB_OUT: fresh, NODE_ENV: 'production' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) {
    rmSync(fresh, { recursive: true, force: true });
    throw new Error('vite build failed; what it printed above says why');
  }
  compressAssets(path.join(fresh, 'assets'));
  writeFileSync(path.join(fresh, STAMP), inputs);
  putInPlace(fresh);
  return { result: 'built', seconds: (performance.now() - started) / 1000 };
}

/** A compressed twin beside each text file, so that the server sends bytes and no request compresses anything. */
function compressAssets(assets: string): void {
  for (const name of readdirSync(assets)) {
    if (!/\.(js|css|svg|json)$/.test(name)) continue;
    const content = readFileSync(path.join(assets, name));
    const options = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
    writeFileSync(path.join(assets, `${name}.br`), brotliCompressSync(content, options));
    writeFileSync(path.join(assets, `${name}.gz`), gzipSync(content, { level: 9 }));
  }
}

/** Two starts may build at the same time; then the one that comes second to the rename keeps the first one's. */
function putInPlace(fresh: string): void {
  const old = `${fresh}-old`;
  try {
    if (existsSync(dist)) renameSync(dist, old);
    renameSync(fresh, dist);
  } catch (error) {
    if (stampOf(dist) === null) throw error;
    rmSync(fresh, { recursive: true, force: true });
  }
  rmSync(old, { recursive: true, force: true });
}

function stampOf(folder: string): string | null {
  const file = path.join(folder, STAMP);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

function hashInputs(): string {
  const hash = createHash('sha256');
  for (const file of INPUTS.flatMap((input) => filesOf(input)).sort()) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(path.join(root, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

/** Paths below the root, with `/`. */
function filesOf(input: string): string[] {
  const full = path.join(root, input);
  if (!existsSync(full)) return [];
  if (path.extname(input) !== '') return [input];
  return readdirSync(full, { withFileTypes: true }).flatMap((entry) => {
    const below = `${input}/${entry.name}`;
    if (entry.isDirectory()) return /^(dist|\.dist-.*)$/.test(entry.name) ? [] : filesOf(below);
    return /\.test\.tsx?$/.test(entry.name) ? [] : [below];
  });
}

function findVite(): string | null {
  try {
    const manifest = createRequire(import.meta.url).resolve('vite/package.json');
    return path.join(path.dirname(manifest), 'bin', 'vite.js');
  } catch {
    return null;
  }
}
