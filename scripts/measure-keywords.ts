import { readdirSync, readFileSync } from 'node:fs';
import { readText } from '../src/core/keywords.ts';

/**
 * Prints how well `readText` reads the corpus, per language and split, as a Markdown table:
 * `node scripts/measure-keywords.ts`. With `--misses` it lists what the tune half got wrong; the held-out half is
 * never listed, so that nobody tunes on it by accident.
 */
interface Item {
  text: string;
  split: 'tune' | 'held-out';
}
interface Corpus {
  language: string;
  refusals: Item[];
  talk: Item[];
}

const folder = new URL('../test/corpus/', import.meta.url);
const corpora = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name): Corpus => JSON.parse(readFileSync(new URL(name, folder), 'utf8')));

type Outcome = 'refusal' | 'held' | 'passed';

function outcome(text: string): Outcome {
  const reading = readText(text, []);
  if (reading.stop !== null || reading.refusalPhrase !== null) return 'refusal';
  return reading.similar === null ? 'passed' : 'held';
}

function count(items: readonly Item[], wanted: Outcome): number {
  return items.filter(({ text }) => outcome(text) === wanted).length;
}

function row(language: string, split: string, refusals: readonly Item[], talk: readonly Item[]): string {
  const cells = [
    ...[
      language,
      split,
      refusals.length,
      count(refusals, 'refusal'),
      count(refusals, 'held'),
      count(refusals, 'passed'),
    ],
    ...[talk.length, count(talk, 'refusal'), count(talk, 'held')],
  ];
  return `| ${cells.join(' | ')} |`;
}

console.log(
  '| language | split | refusals | recognised | held | missed | talk | false refusals | false holds |',
);
console.log('|---|---|---:|---:|---:|---:|---:|---:|---:|');
for (const split of ['tune', 'held-out'] as const) {
  const half = (items: readonly Item[]) => items.filter((item) => item.split === split);
  for (const { language, refusals, talk } of corpora)
    console.log(row(language, split, half(refusals), half(talk)));
  const all = (kind: 'refusals' | 'talk') => corpora.flatMap((corpus) => half(corpus[kind]));
  console.log(row('all', split, all('refusals'), all('talk')));
}

if (process.argv.includes('--misses')) {
  for (const { language, refusals, talk } of corpora) {
    for (const { text, split } of refusals) {
      if (split === 'tune' && outcome(text) !== 'refusal')
        console.log(`${language} ${outcome(text)}: ${text}`);
    }
    for (const { text, split } of talk) {
      const read = readText(text, []);
      const match = read.stop ?? read.refusalPhrase ?? read.similar;
      if (split === 'tune' && match !== null)
        console.log(`${language} talk read as ${outcome(text)}: ${text} (${match.rule})`);
    }
  }
}
