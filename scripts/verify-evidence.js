// Verifies an exported consent history without Assent: node scripts/verify-evidence.js consent.json
// Plain Node 18+, no packages, nothing of src/: docs/evidence.md describes the rules that it follows.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const FORMATS = ['assent-consent-evidence/1', 'assent-consent-evidence/2'];
const PURPOSES = ['service', 'marketing'];

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
const count = (number, word) => `${number} ${word}${number === 1 ? '' : 's'}`;
const second = (at) => Math.floor(Date.parse(at) / 1000);

/**
 * The last line of a chain whose personal part may be gone: all up to its `erased` line, and the whole chain where another took it
 * in (`merged`) and was erased after that.
 */
function erasedUntil(lines, chain) {
  const own = lines.filter((line) => line.act === 'erased' && line.contactPointId === chain);
  const takesIn = (line) => line.act === 'merged' && line.detail.otherChain === chain;
  const rest = lines.filter((line) => !takesIn(line));
  if (lines.some((line) => takesIn(line) && erasedUntil(rest, line.contactPointId) > line.seq))
    return Number.POSITIVE_INFINITY;
  return Math.max(0, ...own.map((line) => line.seq));
}

/** Every line by its hash, and each chain by its last line. */
function chainFaults(pack) {
  const faults = [];
  const marks = pack.chains
    .flatMap((chain) => chain.lines)
    .filter((line) => line.act === 'erased' || line.act === 'merged');
  const known = new Set();
  for (const { contactPointId, lines, head } of pack.chains) {
    let previous = null;
    if (known.has(contactPointId)) faults.push(`${contactPointId}: the chain is there twice`);
    known.add(contactPointId);
    const erased = erasedUntil(marks, contactPointId);
    for (const [index, { hash, prevHash, personal, ...line }] of lines.entries()) {
      const where = `${contactPointId} line ${line.seq}`;
      if (line.contactPointId !== contactPointId) faults.push(`${where}: belongs to another chain`);
      if (line.seq !== index + 1) faults.push(`${where}: a line is missing before it`);
      if (prevHash !== previous) faults.push(`${where}: does not follow the line before it`);
      if (sha256(canonical({ ...line, prevHash })) !== hash) faults.push(`${where}: was changed`);
      if (
        personal !== null &&
        sha256(`${personal.salt}\n${canonical(personal.content)}`) !== line.personalHash
      )
        faults.push(`${where}: its personal part was changed`);
      if (personal === null && line.personalHash !== null && line.seq > erased)
        faults.push(`${where}: its personal part is gone, and no line says that it was erased`);
      if (line.act === 'merged' && line.detail.otherSeq > 0) {
        const other = pack.chains.find((chain) => chain.contactPointId === line.detail.otherChain);
        if (other?.lines[line.detail.otherSeq - 1]?.hash !== line.detail.otherHead)
          faults.push(`${where}: the chain that it took in is not here, or is another`);
      }
      previous = hash;
    }
    if (pack.format === FORMATS[0]) continue;
    if (head.seq !== lines.length || head.hash !== previous)
      faults.push(
        `${contactPointId}: its last line is not the one the export names, number ${head.seq}: lines were cut off`,
      );
  }
  return faults;
}

/** The requests, each against the line that says it was sent: that line is hashed, the request beside it is not. */
function requestFaults(pack, lines) {
  const faults = [];
  const sent = new Map(
    lines.filter((line) => line.act === 'requested').map((line) => [line.detail.requestId, line]),
  );
  for (const id of sent.keys())
    if (!pack.requests.some((request) => request.id === id)) faults.push(`request ${id}: is missing`);
  for (const request of pack.requests) {
    const line = sent.get(request.id);
    const fault = (words) => faults.push(`request ${request.id}: ${words}`);
    if (line === undefined) {
      fault('no line says that it was sent');
      continue;
    }
    const { detail, personal } = line;
    if (request.wordingHash !== detail.wordingHash) fault('its wordingHash is not the one in the ledger');
    // Erased, the wording is gone and its hash stays.
    const erased = canonical(request.wording) === '{"erased":true}' && personal === null;
    if (!erased && sha256(canonical(request.wording)) !== detail.wordingHash)
      fault('its wording was changed');
    for (const name of ['templateName', 'category', 'language', 'basis'])
      if (request[name] !== (detail[name] ?? '')) fault(`its ${name} was changed`);
    for (const name of ['messageId', 'basisText'])
      if (personal !== null && request[name] !== personal.content[name]) fault(`its ${name} was changed`);
  }
  return faults;
}

/** What a line says by itself; null for one that decides nothing. */
function saying({ act, detail }) {
  if (act === 'button' || act === 'answer') return detail.meaning === 'yes' ? 'granted' : 'denied';
  if (act === 'recorded') return detail.decision;
  if (act === 'crm') return detail.value === true ? 'granted' : detail.value === false ? 'denied' : null;
  if (['stop-word', 'refusal-phrase', 'merged'].includes(act)) return 'denied';
  return { signup: 'granted', expired: 'expired' }[act] ?? null;
}

/** A refusal that nothing but a later Yes undoes: START takes back stop words, and a hold dates what settles it. */
const refuses = (line, purpose) =>
  line.purposes.includes(purpose) &&
  saying(line) === 'denied' &&
  (line.act === 'button' ||
    line.act === 'refusal-phrase' ||
    (line.act === 'recorded' && line.detail.holdSeq === null));

/** The state of the day against the line that decided it. */
function todayFaults(pack, lines) {
  const faults = [];
  for (const purpose of PURPOSES) {
    const [today, ...more] = pack.today.filter((one) => one.purpose === purpose);
    const fault = (words) => faults.push(`today's ${purpose}: ${words}`);
    if (today === undefined || more.length > 0) {
      fault('stands in the pack not once');
      continue;
    }
    const { state, decidedAt, decidedBy } = today;
    if (state === 'not-asked' || state === 'requested') {
      if (decidedBy !== null) fault(`is ${state}, and names a line that decided`);
      if (lines.some((line) => refuses(line, purpose))) fault(`is ${state}, and a line refuses`);
      if (state === 'requested' && !lines.some((line) => line.act === 'requested'))
        fault('nothing was asked');
      continue;
    }
    const line = lines.find((one) => `${one.contactPointId}/${one.seq}` === decidedBy);
    if (line === undefined) {
      fault(`is ${state} by line ${decidedBy}, which is not here`);
      continue;
    }
    if (saying(line) !== state) fault(`is ${state}, and line ${decidedBy} does not say so`);
    const held = lines.filter((one) => one.act === 'hold' && line.detail.holdSeq === one.seq);
    if (![line, ...held].some((one) => one.at === decidedAt)) fault('its time is not that of its line');
    const later = (one) =>
      one.contactPointId === line.contactPointId && one.seq > line.seq && second(one.at) > second(decidedAt);
    if (state === 'granted' && lines.some((one) => later(one) && refuses(one, purpose)))
      fault('is granted, and a later line refuses');
  }
  return faults;
}

/** The number that the pack is of, against those in the personal parts. */
function phoneFaults(pack, lines) {
  const named = new Set(
    lines
      .flatMap(({ personal }) => [personal?.content.phone, personal?.content.otherPhone])
      .filter((phone) => typeof phone === 'string'),
  );
  if (pack.phone === null || named.size === 0 || named.has(pack.phone)) return [];
  return [`phone: no line names ${pack.phone}, they are of ${[...named].join(', ')}`];
}

/** Everything that is wrong with the pack; throws a TypeError where it has not the shape of one. */
function faultsOf(pack) {
  const lines = pack.chains.flatMap((chain) => chain.lines);
  if (lines.length === 0) return ['the export holds no line: it shows nothing'];
  return [
    ...chainFaults(pack),
    ...requestFaults(pack, lines),
    ...todayFaults(pack, lines),
    ...phoneFaults(pack, lines),
  ];
}

function notChecked(pack) {
  const words = [
    'Not checked here: the signature, whose key the installation keeps (npm run assent -- evidence verify FILE there checks it);',
    "delivery times and WhatsApp's ids of requests, the user id, holds and the platform's stop, which the signature alone covers;",
    'whether the first entry was true.',
  ];
  if (pack.format === FORMATS[0])
    words.push(
      'This is format 1, which names no last lines: whether lines were cut off at the end of a chain.',
    );
  return words.join('\n');
}

function main(file) {
  let pack;
  try {
    pack = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const why = error instanceof SyntaxError ? 'is no JSON' : `cannot be read (${error.code})`;
    console.error(`${file} ${why}. Name an export: node scripts/verify-evidence.js consent.json`);
    return 1;
  }
  if (!FORMATS.includes(pack?.format)) {
    console.error(`${file} is no export of consent that this program knows (${FORMATS.join(', ')}).`);
    return 1;
  }
  let faults;
  try {
    faults = faultsOf(pack);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    console.error(`${file} is not of the shape that ${pack.format} has: ${error.message}.`);
    return 1;
  }
  for (const fault of faults) console.error(fault);
  const lines = pack.chains.reduce((sum, chain) => sum + chain.lines.length, 0);
  console.log(
    [
      count(pack.chains.length, 'chain'),
      count(lines, 'line'),
      count(pack.requests.length, 'request'),
      count(faults.length, 'fault'),
    ].join(', '),
  );
  console.log(notChecked(pack));
  return faults.length === 0 ? 0 : 1;
}

process.exitCode = main(process.argv[2] ?? 'consent.json');
