import { readFileSync } from 'node:fs';
import { type Profiler, Session } from 'node:inspector';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = path.resolve(import.meta.dirname, '../../..');

/**
 * Which blocks of the code under test ran, by V8's own counters (block coverage of this isolate, through the inspector). What
 * was reached is held per character of a file, as V8 joins neighbouring blocks that ran equally often.
 */
export interface Coverage {
  /** Whether anything ran since the last look that never ran before. `keep` marks it as known. */
  look(keep: boolean): boolean;
  /** Blocks that V8 told apart so far, and those among them that ran. */
  blocks(): { reached: number; seen: number };
  /** Words in quotes of the files under test that were loaded: what their comparisons ask for. */
  words(): string[];
  close(): void;
}

interface File {
  reached: Uint8Array;
  /** Starts of all blocks that were ever told apart. */
  starts: Set<number>;
}

export function openCoverage(under: readonly string[]): Coverage {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  const prefixes = under.map((one) => pathToFileURL(path.join(root, one)).href);
  const files = new Map<string, File>();

  const take = (): Profiler.ScriptCoverage[] => {
    let taken: Profiler.ScriptCoverage[] = [];
    // The session is of this thread: the answer is there before `post` returns.
    session.post('Profiler.takePreciseCoverage', (error, { result }) => {
      if (error !== null) throw error;
      taken = result;
    });
    return taken.filter(({ url }) => prefixes.some((prefix) => url.startsWith(prefix)));
  };

  return {
    look(keep) {
      let isNew = false;
      for (const { url, functions } of take()) {
        const ranges = functions.flatMap((one) => one.ranges);
        const file = files.get(url) ?? { reached: new Uint8Array(), starts: new Set() };
        files.set(url, file);
        const length = Math.max(file.reached.length, ...ranges.map((range) => range.endOffset));
        const ran = new Uint8Array(length);
        // Outer ranges come before those inside them, which say otherwise.
        for (const { startOffset, endOffset, count } of ranges)
          ran.fill(count > 0 ? 1 : 0, startOffset, endOffset);
        const added = reachesMore(ran, file.reached);
        isNew ||= added;
        if (!keep) continue;
        for (const { startOffset } of ranges) file.starts.add(startOffset);
        if (added) file.reached = both(ran, file.reached);
      }
      return isNew;
    },
    blocks() {
      const all = [...files.values()];
      const reached = all.map((file) => [...file.starts].filter((at) => file.reached[at] === 1).length);
      return {
        reached: reached.reduce((sum, one) => sum + one, 0),
        seen: all.reduce((sum, file) => sum + file.starts.size, 0),
      };
    },
    words() {
      const texts = [...files.keys()].map((url) => readFileSync(fileURLToPath(url), 'utf8'));
      return [
        ...new Set(
          texts.flatMap((text) => [...text.matchAll(/'([^'\\\n]{1,40})'/g)].map((found) => found[1] ?? '')),
        ),
      ];
    },
    close() {
      session.post('Profiler.stopPreciseCoverage');
      session.disconnect();
    },
  };
}

/** Plain loops, as they run over every character of every file for each look. */
function reachesMore(ran: Uint8Array, reached: Uint8Array): boolean {
  for (let at = 0; at < ran.length; at += 1) if (ran[at] === 1 && reached[at] !== 1) return true;
  return false;
}

function both(ran: Uint8Array, reached: Uint8Array): Uint8Array {
  for (let at = 0; at < reached.length; at += 1) if (reached[at] === 1) ran[at] = 1;
  return ran;
}
