import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Block, blocksOf, type Run, runsOf } from './whatsapp-format.ts';

const spoken = (runs: Run[]): string =>
  runs
    .map((run) => {
      if (run.kind === 'text') return run.text;
      if (run.kind === 'code') return `<code>${run.text}</code>`;
      return `<${run.kind}>${spoken(run.runs)}</${run.kind}>`;
    })
    .join('');

it.each([
  [
    '*bold* and _slanted_ and ~gone~',
    '<bold>bold</bold> and <italic>slanted</italic> and <struck>gone</struck>',
  ],
  ['*_both_*', '<bold><italic>both</italic></bold>'],
  ['_*a* b_', '<italic><bold>a</bold> b</italic>'],
  ['run `npm *start*` now', 'run <code>npm *start*</code> now'],
  ['2*3*4 and snake_case_name', '2*3*4 and snake_case_name'],
  ['* not a mark*', '* not a mark*'],
  ['*open only', '*open only'],
  ['*not\nacross lines*', '*not\nacross lines*'],
  ['(*in brackets*)', '(<bold>in brackets</bold>)'],
  ['**', '**'],
  ['```', '```'],
])('reads %j as WhatsApp does', (text, expected) => {
  expect(spoken(runsOf(text))).toBe(expected);
});

it('reads quotations, lists and code blocks, and leaves a lone number alone', () => {
  expect(blocksOf('Hi\n> quoted\n> more\nbye')).toEqual<Block[]>([
    { kind: 'lines', text: 'Hi' },
    { kind: 'quote', text: 'quoted\nmore' },
    { kind: 'lines', text: 'bye' },
  ]);
  expect(blocksOf('- one\n- two')).toEqual<Block[]>([{ kind: 'list', items: ['one', 'two'], start: null }]);
  expect(blocksOf('3. c\n4. d')).toEqual<Block[]>([{ kind: 'list', items: ['c', 'd'], start: 3 }]);
  expect(blocksOf('1. May is a holiday')).toEqual<Block[]>([{ kind: 'lines', text: '1. May is a holiday' }]);
  expect(blocksOf('see ```a *b*``` there').map(({ kind }) => kind)).toEqual(['lines', 'code', 'lines']);
});

const letters = fc.string({
  unit: fc.constantFrom('*', '_', '~', '`', 'a', ' ', '\n', '>', '-', '1', '.', 'ع'),
});

it('loses no letter, whatever a customer sends', () => {
  const kept = (text: string) => text.replace(/[*_~`>\-.\d\s]/g, '');
  const all = (runs: Run[]): string => runs.map((run) => ('runs' in run ? all(run.runs) : run.text)).join('');
  fc.assert(
    fc.property(letters, (text) => {
      const shown = blocksOf(text)
        .map((block) =>
          block.kind === 'list'
            ? block.items.map((item) => all(runsOf(item))).join('')
            : all(runsOf(block.text)),
        )
        .join('');
      expect(kept(shown)).toBe(kept(text));
    }),
  );
});

it.each(['*a ', '*a* ', '_*~', '`a', '``` ', '> *a', '1. a\n', '*_a_ '])(
  'reads 65,000 characters of %j at once',
  (part) => {
    const text = part.repeat(Math.ceil(65_000 / part.length));
    const start = performance.now();
    for (const block of blocksOf(text)) if ('text' in block) runsOf(block.text);
    // Milliseconds; a scan that starts again at every mark takes many seconds.
    expect(performance.now() - start).toBeLessThan(500);
  },
);
