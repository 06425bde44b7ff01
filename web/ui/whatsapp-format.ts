/**
 * Text as WhatsApp marks it up, read in one pass: a customer decides what stands in it, so its cost grows with its
 * length alone, however many marks it holds.
 *
 * https://faq.whatsapp.com/539178204879377
 */
export type Run =
  | { kind: 'text'; text: string }
  | { kind: 'code'; text: string }
  | { kind: 'bold' | 'italic' | 'struck'; runs: Run[] };

export type Block =
  /** Lines as they are, breaks kept. */
  | { kind: 'lines'; text: string }
  | { kind: 'code'; text: string }
  | { kind: 'quote'; text: string }
  | { kind: 'list'; items: string[]; start: number | null };

const MARKS: Record<string, 'bold' | 'italic' | 'struck'> = { '*': 'bold', _: 'italic', '~': 'struck' };
const WORD = /[\p{L}\p{N}]/u;
const FENCE = '```';
const QUOTE = /^> ?/;
const BULLET = /^[*-] +(?=\S)/;
const NUMBER = /^(\d{1,3})\. +(?=\S)/;

/** Splits a text into code blocks, quotations, lists and plain lines, in their order. */
export function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let from = 0;
  for (;;) {
    const open = text.indexOf(FENCE, from);
    const close = open === -1 ? -1 : text.indexOf(FENCE, open + 3);
    if (close === -1) break;
    if (close > open + 3) {
      linesInto(blocks, text.slice(from, open));
      blocks.push({ kind: 'code', text: text.slice(open + 3, close) });
    } else linesInto(blocks, text.slice(from, close + 3));
    from = close + 3;
  }
  linesInto(blocks, text.slice(from));
  return blocks;
}

function linesInto(blocks: Block[], text: string): void {
  if (text === '') return;
  const plain: string[] = [];
  const flush = () => {
    if (plain.length > 0) blocks.push({ kind: 'lines', text: plain.join('\n') });
    plain.length = 0;
  };
  const lines = text.split('\n');
  for (let index = 0; index < lines.length; ) {
    const run = blockAt(lines, index);
    if (run === null) {
      plain.push(lines[index] ?? '');
      index += 1;
      continue;
    }
    flush();
    blocks.push(run.block);
    index += run.length;
  }
  // The break before or after a block is the block's own.
  if (plain.length === 1 && plain[0] === '' && blocks.length > 0) return;
  flush();
}

function blockAt(lines: readonly string[], index: number): { block: Block; length: number } | null {
  const first = lines[index] ?? '';
  const take = (pattern: RegExp) => {
    let end = index;
    while (end < lines.length && pattern.test(lines[end] ?? '')) end += 1;
    return lines.slice(index, end).map((line) => line.replace(pattern, ''));
  };
  if (QUOTE.test(first)) {
    const quoted = take(QUOTE);
    return { block: { kind: 'quote', text: quoted.join('\n') }, length: quoted.length };
  }
  if (BULLET.test(first)) {
    const items = take(BULLET);
    return { block: { kind: 'list', items, start: null }, length: items.length };
  }
  const number = NUMBER.exec(first);
  if (number === null) return null;
  const items = take(NUMBER);
  // "1. May" alone is rather a date or a sentence than a list.
  if (items.length < 2) return null;
  return { block: { kind: 'list', items, start: Number(number[1]) }, length: items.length };
}

/** Marks inside lines: *bold*, _italic_, ~struck~ and `code`, each at word boundaries and within its line. */
export function runsOf(text: string): Run[] {
  return inline(text, '*_~');
}

function inline(text: string, marks: string): Run[] {
  const runs: Run[] = [];
  let plain = 0;
  /** For each mark: up to where it is known that none closes. */
  const open: Record<string, number> = {};
  const push = (end: number) => {
    if (end > plain) runs.push({ kind: 'text', text: text.slice(plain, end) });
  };
  for (let at = 0; at < text.length; at += 1) {
    const mark = text[at] ?? '';
    if (mark !== '`' && !marks.includes(mark)) continue;
    if (at < (open[mark] ?? 0)) continue;
    const end = mark === '`' ? closingCode(text, at) : closing(text, at, mark);
    if (end.found) {
      const inner = text.slice(at + 1, end.at);
      const kind = MARKS[mark];
      push(at);
      if (kind === undefined) runs.push({ kind: 'code', text: inner });
      else runs.push({ kind, runs: inline(inner, marks.replace(mark, '')) });
      plain = end.at + 1;
      at = end.at;
    } else if (end.at > at) open[mark] = end.at;
  }
  push(text.length);
  return runs;
}

type End = { found: boolean; at: number };

/** Where a mark at `at` closes; not found and `at` itself where it does not open, or the line's end where none closes. */
function closing(text: string, at: number, mark: string): End {
  const before = text[at - 1] ?? ' ';
  const next = text[at + 1] ?? ' ';
  if (WORD.test(before) || before === mark || /\s/.test(next) || next === mark) return { found: false, at };
  for (let end = at + 2; end < text.length; end += 1) {
    const letter = text[end];
    if (letter === '\n') return { found: false, at: end };
    if (letter !== mark || /\s/.test(text[end - 1] ?? ' ')) continue;
    const after = text[end + 1] ?? ' ';
    if (!WORD.test(after) && after !== mark) return { found: true, at: end };
  }
  return { found: false, at: text.length };
}

function closingCode(text: string, at: number): End {
  if (text[at + 1] === '`' || text[at - 1] === '`') return { found: false, at };
  const end = text.indexOf('`', at + 1);
  if (end === -1) return { found: false, at: text.length };
  const crossesLine = text.slice(at, end).includes('\n');
  return crossesLine ? { found: false, at: end } : { found: end > at + 1, at: end };
}
