import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * Runs a script of this package with a Node that reads TypeScript as it is:
 * `node scripts/node-launcher.js <script> [arguments]`.
 *
 * The host's Node does where it can (22.18 and later, https://nodejs.org/api/typescript.html#type-stripping). Otherwise
 * it is the one the package brings as an optional dependency; npm links that as `node_modules/.bin/node`, which npm
 * scripts find first, but at least one npm 10 release leaves no link. So this file is plain JavaScript for Node 18.
 * With `--if-possible` among the arguments it is no failure where neither is there: npm also runs `prepare` when it only
 * writes the lock file.
 */
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

const [, , script, ...rest] = process.argv;
if (script === undefined) stop('usage: node scripts/node-launcher.js <script> [arguments]');
const target = path.resolve(root, script);

// What was compiled once is kept; without it a third of the start is compiling.
const COMPILED = path.join(root, 'node_modules/.cache/compiled');

if (readsTypeScript(process.versions.node)) {
  module.enableCompileCache?.(process.env.NODE_COMPILE_CACHE ?? COMPILED);
  process.argv = [process.execPath, target, ...rest];
  await import(pathToFileURL(target).href);
} else {
  const brought = broughtNode();
  if (brought === null) {
    const reason =
      `Assent needs Node 22.18 or later; this is ${process.versions.node}, and no other came with the installation ` +
      `for ${process.platform}-${process.arch}. Install Node 24, or run npm ci without --omit=optional.`;
    stop(reason, rest.includes('--if-possible') ? 0 : 1);
  }
  runWith(brought);
}

/** @param {string} version such as `24.21.0` */
function readsTypeScript(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major >= 24 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18);
}

/** The path of the Node that `npm ci` installed for this machine, or null. */
function broughtNode() {
  const windows = process.platform === 'win32';
  const name = `node-${windows ? 'win' : process.platform}-${process.arch}`;
  const file = path.join(root, 'node_modules', name, 'bin', windows ? 'node.exe' : 'node');
  return existsSync(file) ? file : null;
}

/** Hands the terminal, the signals and the exit code on, as if the other Node had been started in our place. */
function runWith(/** @type {string} */ node) {
  const env = { NODE_COMPILE_CACHE: COMPILED, ...process.env };
  const child = spawn(node, [target, ...rest], { stdio: 'inherit', env });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => stop(`cannot run ${node}: ${error.message}`));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  });
}

/** @returns {never} */
function stop(/** @type {string} */ reason, code = 1) {
  console.error(reason);
  process.exit(code);
}
