// Verifies an exported consent history without Assent: node scripts/verify-evidence.js consent.json
// Plain Node 18+, no packages, nothing of src/: docs/evidence.md describes the rules that it follows.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** RFC 8785 for the values that a line holds: keys sorted by UTF-16 units, numbers and strings as ECMAScript writes them. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value !== null && typeof value === 'object')
    return `{${Object.keys(value)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`)
      .join(',')}}`;
  return JSON.stringify(value);
}

const sha256 = (text) => createHash('sha256').update(text).digest('hex');

const pack = JSON.parse(readFileSync(process.argv[2] ?? 'consent.json', 'utf8'));
const faults = [];
let lines = 0;
for (const chain of pack.chains) {
  let previous = null;
  for (const [index, { hash, prevHash, personal, ...line }] of chain.lines.entries()) {
    const where = `${chain.contactPointId} line ${line.seq}`;
    lines += 1;
    if (line.seq !== index + 1) faults.push(`${where}: a line is missing before it`);
    if (prevHash !== previous) faults.push(`${where}: does not follow the line before it`);
    if (sha256(canonical({ ...line, prevHash })) !== hash) faults.push(`${where}: was changed`);
    if (personal !== null && sha256(`${personal.salt}\n${canonical(personal.content)}`) !== line.personalHash)
      faults.push(`${where}: its personal part was changed`);
    previous = hash;
  }
}
for (const fault of faults) console.error(fault);
console.log(`${pack.chains.length} chains, ${lines} lines, ${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;
