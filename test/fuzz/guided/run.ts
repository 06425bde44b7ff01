import { Worker } from 'node:worker_threads';
import { LONGEST_MS } from '../ask.ts';

/** What the worker is to do. */
export interface Job {
  /** URL of the module that exports the `target`. */
  module: string;
  seed: number;
  /** It ends with whichever comes first. */
  seconds: number;
  runs: number;
  /** False leaves the counters out: what the same changes find without them. */
  guided: boolean;
  stopAtFinding: boolean;
  /** Number of runs so far and length of the input under way (32 bits each), then its bytes. */
  shared: SharedArrayBuffer;
}

export interface Finding {
  error: string;
  /** The input. */
  hex: string;
}

export interface Report {
  executions: number;
  /** Blocks that the seeds alone reached. */
  seeded: number;
  reached: number;
  /** Blocks that V8 told apart. */
  seen: number;
  corpus: number;
  /** Of the thread's processor time. */
  slowestMs: number;
  findings: Finding[];
}

/** More than the fuzzer makes. */
const MOST_BYTES = 64 * 1024;
const WATCH_MS = 500;
/** Of processor time; a machine with other work may take so many times as long. */
const MOST_WAIT = 12;

/**
 * Fuzzes a target in a thread of its own. A run that takes longer than `longestMs` of the processor's time, and a thread that dies, is a finding with
 * the input that was under way.
 */
export function fuzz({
  longestMs = LONGEST_MS,
  ...job
}: Omit<Job, 'shared'> & { longestMs?: number }): Promise<Report> {
  const shared = new SharedArrayBuffer(8 + MOST_BYTES);
  const counters = new Int32Array(shared, 0, 2);
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: { ...job, shared } });
  return new Promise((resolve) => {
    const fail = (error: string): void => {
      const length = Math.min(Atomics.load(counters, 1), MOST_BYTES);
      const input = Buffer.from(new Uint8Array(shared.slice(8, 8 + length)));
      const executions = Atomics.load(counters, 0);
      clearInterval(watch);
      void worker.terminate();
      const nothing = { seeded: 0, reached: 0, seen: 0, corpus: 0, slowestMs: 0 };
      resolve({ executions, ...nothing, findings: [{ error, hex: input.toString('hex') }] });
    };
    let before = -1;
    let since = performance.now();
    let cpuSince = process.cpuUsage();
    const watch = setInterval(() => {
      const now = Atomics.load(counters, 0);
      const cpu = process.cpuUsage(cpuSince);
      if (now !== before) {
        before = now;
        since = performance.now();
        cpuSince = process.cpuUsage();
      } else if (now > 0 && cpu.user > longestMs * 1_000) fail(`no end in ${longestMs} ms`);
      else if (now > 0 && performance.now() - since > longestMs * MOST_WAIT) fail('no end');
    }, WATCH_MS);
    worker.once('error', (error) => fail(String(error instanceof Error ? error.stack : error)));
    worker.once('message', (report: Report) => {
      clearInterval(watch);
      resolve(report);
    });
  });
}
