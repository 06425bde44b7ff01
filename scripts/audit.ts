/**
 * Known weaknesses of the packages that production runs: ends with 1 where one is high or critical. Where the registry
 * has no list of them (a mirror, no network), says so and passes: what could not be asked is not known to be bad.
 */
import { execFile } from 'node:child_process';

interface Report {
  vulnerabilities?: Record<
    string,
    { name: string; severity: string; via: (string | { title: string; url: string })[] }
  >;
  error?: { summary?: string; detail?: string };
  message?: string;
}

const output = await new Promise<string>((resolve) => {
  execFile(
    'npm',
    ['audit', '--omit=dev', '--json'],
    { maxBuffer: 64 * 1024 * 1024, timeout: 120_000 },
    (_error, stdout) => resolve(stdout),
  );
});

const report = parse(output);
if (report?.vulnerabilities === undefined) {
  const why = report?.message ?? report?.error?.summary ?? 'no answer';
  console.log(`not audited: the registry gives no list of weaknesses (${why})`);
} else {
  const all = Object.values(report.vulnerabilities);
  const grave = all.filter(({ severity }) => severity === 'high' || severity === 'critical');
  for (const { name, severity, via } of all)
    console.log(
      `${severity.padEnd(9)} ${name}: ${via.map((one) => (typeof one === 'string' ? `by ${one}` : `${one.title} ${one.url}`)).join('; ')}`,
    );
  console.log(`${all.length} known weaknesses, ${grave.length} of them high or critical`);
  if (grave.length > 0) process.exitCode = 1;
}

function parse(text: string): Report | null {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
