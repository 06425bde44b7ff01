import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { chatScript, type SizedFile } from '../../scripts/chat-script.ts';
import { buildWeb } from '../../scripts/web-build.ts';

const dist = path.resolve(import.meta.dirname, '../../web/dist');

/** docs/performance.md has what was measured; this is a little more, so that a sentence can be written. */
const MOST = 338_000;

describe('the script of the chat', () => {
  let scripts: SizedFile[];
  beforeAll(() => {
    buildWeb();
    scripts = chatScript(dist).scripts;
  }, 60_000);

  it(`is at most ${MOST / 1000} kB, compressed`, () => {
    const gzip = scripts.reduce((sum, one) => sum + one.gzip, 0);
    expect(gzip, scripts.map((one) => `${one.gzip} ${one.file}`).join('\n')).toBeLessThanOrEqual(MOST);
  });

  it('has no parser of the API in it, and the server’s schemas neither', () => {
    const code = scripts.map(({ file }) => readFileSync(path.join(dist, file), 'utf8')).join('\n');
    expect(code).not.toMatch(/ZodError|invalid_type/);
  });

  it('says every design token as the build writes it in its place', () => {
    const table = readFileSync(
      path.resolve(dist, '../../node_modules/@fluentui/tokens/lib/tokens.js'),
      'utf8',
    );
    const entries = [...table.matchAll(/^\s*(\w+): (.*?),?$/gm)];
    expect(entries.length).toBeGreaterThan(400);
    for (const [, name, value] of entries) expect(value).toBe(`'var(--${name})'`);
  });
});
