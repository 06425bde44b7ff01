import { accessSync, constants } from 'node:fs';
import path from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** What to do where the browser is missing; `npm run e2e` prints it. */
export const HOW_TO_GET_CHROMIUM =
  'The stories run in Chromium, and none was found. On Debian or Ubuntu: sudo apt-get install -y chromium. ' +
  'Elsewhere install Chromium or Chrome and set CHROMIUM_PATH to its program, then run npm run e2e again.';

/** The browser's program: `CHROMIUM_PATH`, or the first of the usual names on the path, or null. */
export function findChromium(): string | null {
  const given = process.env.CHROMIUM_PATH;
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const candidates = given
    ? [given]
    : NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  return candidates.find(isProgram) ?? null;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
