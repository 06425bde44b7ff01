import { parentPort, workerData } from 'node:worker_threads';
import { chanceOf } from './chance.ts';
import { createChanges } from './change.ts';
import { openCoverage } from './coverage.ts';
import type { Finding, Job, Report } from './run.ts';
import type { Target } from './target.ts';

/** Fuzzes one target in a thread of its own, so that whoever started it can tell a hang; answers a `Report`. */

/** Inputs between two looks at the counters. */
const TOGETHER = 32;
/** Runs between two resets of a target that keeps state. */
const RESET_AFTER = 2_000;

const job: Job = workerData;
const loaded: { target: Target } = await import(job.module);
const { target } = loaded;
const chance = chanceOf(job.seed);
const coverage = openCoverage(target.under);
const entry = await target.open();
const shared = { count: new Int32Array(job.shared, 0, 2), bytes: new Uint8Array(job.shared, 8) };

const corpus: Buffer[] = [];
const findings = new Map<string, Finding>();
let executions = 0;
let slowestMs = 0;

/** Runs one input; the thread that watches can see which. */
async function run(input: Buffer): Promise<void> {
  shared.bytes.set(input.subarray(0, shared.bytes.length));
  Atomics.store(shared.count, 1, input.length);
  Atomics.add(shared.count, 0, 1);
  const began = process.threadCpuUsage();
  try {
    await entry.run(input);
  } catch (error) {
    note(input, error);
  }
  const { user, system } = process.threadCpuUsage(began);
  slowestMs = Math.max(slowestMs, (user + system) / 1_000);
  executions += 1;
  if (executions % RESET_AFTER === 0) entry.reset?.();
}

/** One of a kind: by the first line of the error and where it was thrown. The shortest input is kept. */
function note(input: Buffer, error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const lines = text.split('\n');
  const kind = `${lines[0]?.slice(0, 200)} ${lines.find((line) => line.includes('    at ')) ?? ''}`;
  const known = findings.get(kind);
  if (known !== undefined && known.hex.length <= input.length * 2) return;
  findings.set(kind, { error: lines.slice(0, 8).join('\n'), hex: input.toString('hex') });
}

const end = performance.now() + job.seconds * 1_000;
const goesOn = (): boolean => performance.now() < end && executions < job.runs;

/**
 * Runs inputs together, and halves of them again where one reached something new, down to that one: it is kept. A look at the
 * counters costs as much as many runs.
 */
async function runAll(inputs: readonly Buffer[]): Promise<void> {
  for (const input of inputs) await run(input);
  const [first] = inputs;
  if (inputs.length === 1 && first !== undefined) {
    if (coverage.look(true)) corpus.push(first);
    return;
  }
  if (!coverage.look(false)) return;
  if (!goesOn()) return;
  const half = Math.ceil(inputs.length / 2);
  await runAll(inputs.slice(0, half));
  await runAll(inputs.slice(half));
}

await runAll(target.seeds.map((seed) => Buffer.from(seed)));
const seeded = coverage.blocks();
if (corpus.length === 0) corpus.push(Buffer.alloc(0));
const changes = createChanges(job.seed, chance, coverage.words());
/** Newer ones more often: nobody has changed them yet. */
const pick = (): Buffer =>
  corpus[Math.floor(corpus.length * Math.max(chance(), chance()))] ?? Buffer.alloc(0);
while (goesOn()) {
  const inputs = Array.from({ length: TOGETHER }, () => changes.change(pick(), pick()));
  if (job.guided) await runAll(inputs);
  else for (const input of inputs) await run(input);
  if (job.stopAtFinding && findings.size > 0) break;
}
if (!job.guided) coverage.look(true);

const report: Report = {
  executions,
  seeded: seeded.reached,
  ...coverage.blocks(),
  corpus: corpus.length,
  slowestMs,
  findings: [...findings.values()],
};
coverage.close();
await entry.close?.();
parentPort?.postMessage(report);
