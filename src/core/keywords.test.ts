import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KEYWORD_LISTS } from './keyword-lists/all.ts';
import versions from './keyword-lists/versions.json' with { type: 'json' };
import type { TenantKeyword } from './keywords.ts';
import { isReservedWord, KEYWORD_LIST_VERSION, readText } from './keywords.ts';
import { normalise } from './normalise.ts';

interface Corpus {
  language: string;
  refusals: { text: string; split: string }[];
  talk: { text: string; split: string }[];
}
const folder = new URL('../../test/corpus/', import.meta.url);
const corpora = readdirSync(folder).map(
  (name): Corpus => JSON.parse(readFileSync(new URL(name, folder), 'utf8')),
);
const tune = (kind: 'refusals' | 'talk') =>
  corpora.flatMap((corpus) => corpus[kind].filter(({ split }) => split === 'tune').map(({ text }) => text));

/** The reading in one word, as the order of the rules would take it, with the purposes where they are not all. */
function verdict(text: string, tenant: readonly TenantKeyword[] = []): string {
  const { stop, start, answer, refusalPhrase, similar } = readText(text, tenant);
  if (stop !== null) return ['stop', ...limited(stop.purposes)].join(' ');
  if (start !== null) return 'start';
  if (answer !== null) return answer.meaning;
  if (refusalPhrase !== null) return ['phrase', ...limited(refusalPhrase.purposes)].join(' ');
  return similar === null ? 'talk' : ['hold', ...limited(similar.purposes)].join(' ');
}
const limited = (purposes: readonly string[]) => (purposes.length === 2 ? [] : purposes);

describe('the corpus of consent-practice §6.4', () => {
  it.each([
    ['STOP', 'stop'],
    ['Stop!!', 'stop'],
    ['ＳＴＯＰ', 'stop'],
    ['s t o p', 'stop'],
    ['stoppppp', 'stop'],
    ['🛑 stop 🛑', 'stop'],
    ['Please stop', 'stop'],
    ['STOP PLEASE', 'stop'],
    ['hola, baja por favor', 'stop'],
    ['İPTAL', 'stop'],
    ['Count me in! We have got to STOP this terrible bill', 'talk'],
    ['Stop by our office', 'talk'],
    ['stop, o Zé não vem', 'talk'],
    ["I can't stop laughing", 'talk'],
    ['bus stop', 'talk'],
    ['end of month works', 'talk'],
    ['la presión está baja', 'talk'],
    ['STOP 12345', 'hold'],
    ["don't send promos but do send my appointment", 'hold marketing'],
    ['no quiero mensajes de promociones pero sí del turno', 'hold marketing'],
    ['no quiero', 'no'],
    ['no', 'no'],
    ['no thanks', 'no'],
    ['yes', 'yes'],
    ['ok', 'yes'],
    ['dale', 'yes'],
    ['👍', 'yes'],
    ['ok but only mornings', 'talk'],
    ['who is this?', 'talk'],
    ['sí, pero tengo que irme a las 6', 'talk'],
    ['gracias', 'talk'],
    ['🙏🙏', 'talk'],
    ['goodbye', 'hold'],
    ['no más', 'hold'],
    ['stpo', 'hold'],
    ['leave me alone', 'phrase'],
    ["don't text me", 'phrase'],
    ['shop', 'talk'],
    ['step', 'talk'],
    ['cancel my appointment', 'talk'],
    ['cancel', 'stop'],
    ['बंद करें', 'stop'],
    ['बंद करें।', 'stop'],
    ['تَوَقَّفْ', 'stop'],
    ['تـوقـف', 'stop'],
    ['\u200fتوقف\u200f', 'stop'],
    ['СТОП', 'stop'],
    ['стоп!', 'stop'],
    ['hola STOP gracias', 'stop'],
    ['opt-out', 'stop'],
    ['optout', 'stop'],
    ['Opt Out', 'stop'],
  ])('reads %j as %s', (text, expected) => {
    expect(verdict(text)).toBe(expected);
  });
});

describe('stop words', () => {
  it('has the seven words the FCC names, which no administrator can turn into something else', () => {
    for (const word of ['stop', 'quit', 'end', 'revoke', 'opt out', 'cancel', 'unsubscribe']) {
      expect(verdict(word, [{ text: word, meaning: 'yes' }])).toBe('stop');
    }
  });

  it('never holds a word that also answers a question', () => {
    for (const list of KEYWORD_LISTS) {
      for (const word of [...list.yes, ...list.no]) {
        const { stop, refusalPhrase } = readText(word, []);
        expect({ word, stop, refusalPhrase }).toEqual({ word, stop: null, refusalPhrase: null });
      }
      for (const word of list.yes) expect({ word, verdict: verdict(word) }).toEqual({ word, verdict: 'yes' });
      for (const word of list.no) expect({ word, verdict: verdict(word) }).toEqual({ word, verdict: 'no' });
    }
  });

  it('has no word, courtesy or filler that normalisation leaves empty, and no courtesy that refuses', () => {
    for (const list of KEYWORD_LISTS) {
      const { stop, stopMarketing, yes, no, courtesies, fillers } = list;
      for (const word of [stop, stopMarketing, yes, no, courtesies, fillers].flat())
        expect(normalise(word)).not.toBe('');
      for (const word of courtesies) expect([word, readText(word, []).stop]).toEqual([word, null]);
    }
  });

  it('limits "stop promotions" to marketing', () => {
    expect(verdict('Stop promotions')).toBe('stop marketing');
    expect(verdict('stop promos please')).toBe('stop marketing');
  });
});

describe('only START and UNSTOP start', () => {
  it.each(['start', 'START!', 'Unstop', 'START 👍'])('%s', (text) => expect(verdict(text)).toBe('start'));
  it.each([
    'please start',
    'start?',
    '~START~',
    'start 👎',
    'START 🚫',
    'start now',
    'yes start',
    'restart',
    'subscribe',
    'comenzar',
  ])('not %s', (text) => {
    expect(readText(text, []).start).toBeNull();
  });
});

describe('an answer', () => {
  it.each([
    'yes?',
    '¿sí?',
    '~yes~',
    'yes 👎',
    'yes 🖕',
    'yes 😡',
    'ok ✖️',
    'sure 🤮',
    'y̶e̶s̶',
    'yes but no',
    'sí o no',
    'ok ok but',
    '👍👎',
    'please yes stop',
  ])('is not read from %j', (text) => expect(readText(text, []).answer).toBeNull());
  it.each([
    ['Yes!', 'yes'],
    ['SÍ 👍', 'yes'],
    ['👍🏽👍🏽', 'yes'],
    ['👎', 'no'],
    ['no?', 'no'],
    ['No, gracias.', 'no'],
    ['yes please', 'yes'],
    ['não, obrigado', 'no'],
    ['Ja, gerne', 'yes'],
    ['नहीं', 'no'],
    ['نعم', 'yes'],
    ['hayır, teşekkürler', 'no'],
  ])('%j is %s', (text, meaning) => expect(readText(text, []).answer?.meaning).toBe(meaning));
});

describe('refusals in other words', () => {
  it.each([
    ["please don't write me again", 'phrase'],
    ['no me escriban más', 'phrase'],
    ["Leave me alone. Don't text me!", 'phrase'],
    ['No, stop', 'phrase'],
    ['I said stop', 'phrase'],
    ['stop sending me promos', 'phrase marketing'],
    ['Stop sending me promos. Leave me alone.', 'phrase'],
    ['STOP. I am standing outside', 'hold'],
    ['unsuscribe', 'hold'],
    ['🛑', 'hold'],
    ['Unsubscribe, please. Thank you!', 'stop'],
  ])('reads %j as %s', (text, expected) => expect(verdict(text)).toBe(expected));

  it.each([
    ...[
      "don't stop sending me messages",
      "I don't want you to stop texting me",
      'please do not unsubscribe me',
    ],
    ...[
      'no dejen de escribirme',
      'no quiero que dejen de mandarme mensajes',
      'não parem de me mandar mensagem',
    ],
    ...[
      'não quero que parem de me mandar mensagens',
      'ne me désabonnez pas',
      'bitte melden Sie mich nicht ab',
    ],
    ...['no quiero nada más', 'não quero isso', 'não liga mais', 'ich will nichts mehr', 'keine Nachrichten'],
    ...['bir şey istemiyorum', 'göndermeyin', 'jangan kirim', 'tidak mau apa apa', 'ما أريد شي', 'لا رسائل'],
    ...[
      'mujhe kuch nahi chahiye',
      'haal me om 5 uur op',
      'no me manden la factura',
      'geen korting',
      'is there no discount?',
    ],
    ...[
      'no me llegó el descuento',
      'pas reçu l’offre',
      'não recebi a promoção',
      'subscribe',
      'anmelden',
      'je veux plus de détails',
    ],
    ...["don't text me now, I'm in a meeting", "don't delete my number"],
  ])('reads %j, which only looks like one, as no refusal', (text) => {
    expect(verdict(text)).toMatch(/^(talk|no)$/);
  });
});

describe("an administrator's own words", () => {
  const tenant: TenantKeyword[] = [
    { text: '¡Quiero seguir!', language: 'es', meaning: 'yes' },
    { text: 'Basta ya', language: 'es', meaning: 'stop' },
    { text: 'NO-PROMO', meaning: 'stop', purposes: ['marketing'] },
    { text: '❤️', meaning: 'yes' },
    { text: '!!!', meaning: 'stop' },
  ];
  it.each([
    ['quiero seguir', 'yes'],
    ['QUIERO   SEGUIR', 'yes'],
    ['por favor quiero seguir', 'talk'],
    ['por favor, basta yaaaa', 'stop'],
    ['no promo', 'stop marketing'],
    ['❤', 'yes'],
    ['💔', 'talk'],
    ['???', 'talk'],
    ['', 'talk'],
  ])('read %j as %s', (text, expected) => expect(verdict(text, tenant)).toBe(expected));

  it('name themselves as the rule', () => {
    expect(readText('Basta ya', tenant).stop).toEqual({
      rule: 'tenant:stop:basta ya',
      language: 'es',
      purposes: ['service', 'marketing'],
    });
  });

  it('agree with the signs they are written with, and with no other that takes a yes back', () => {
    const rocket: TenantKeyword[] = [{ text: 'Vamos 🚀', meaning: 'yes' }];
    const read = ['vamos 🚀', 'vamos', 'vamos?', 'vamos 🖕'].map((text) => verdict(text, rocket));
    expect(read).toEqual(['yes', 'yes', 'talk', 'talk']);
  });

  it('lose to a no when two of them disagree', () => {
    const both: TenantKeyword[] = [
      { text: 'va', meaning: 'yes' },
      { text: 'VA', meaning: 'no' },
    ];
    expect(readText('va', both).answer?.meaning).toBe('no');
  });

  it('may not take a stop word', () => {
    expect(isReservedWord('Cancel')).toEqual({ rule: 'stop:en:cancel', language: 'en' });
    expect(isReservedWord('please stop')?.rule).toBe('stop:en:stop');
    expect(isReservedWord('leave me alone')).not.toBeNull();
    expect(isReservedWord('confirm')).toBeNull();
    expect(isReservedWord('yes')).toBeNull();
  });
});

describe('the tune half of the written corpus', () => {
  it('has ordinary talk, and none of it is a refusal', () => {
    const talk = tune('talk');
    expect(talk.length).toBeGreaterThanOrEqual(11 * 15);
    expect(talk.filter((text) => /^(stop|phrase)/.test(verdict(text)))).toEqual([]);
  });

  it('has refusals, and none of them is missed', () => {
    const refusals = tune('refusals');
    expect(refusals.length).toBeGreaterThanOrEqual(11 * 15);
    expect(refusals.filter((text) => /^(talk|yes)/.test(verdict(text)))).toEqual([]);
  });

  it('is exactly half of each language, alternately', () => {
    for (const { refusals, talk } of corpora) {
      for (const items of [refusals, talk]) {
        expect(items.length).toBeGreaterThanOrEqual(30);
        expect(items.map(({ split }) => split)).toEqual(
          items.map((_, at) => (at % 2 === 0 ? 'tune' : 'held-out')),
        );
      }
    }
  });
});

describe('what a keyboard adds', () => {
  const stopWords = KEYWORD_LISTS.flatMap((list) => [...list.stop, ...list.stopMarketing]);
  const answers = KEYWORD_LISTS.flatMap((list) => [...list.yes, ...list.no]);
  const anyText = fc.constantFrom(...stopWords, ...answers, ...tune('refusals'), ...tune('talk'));
  const around = fc
    .array(
      fc.constantFrom(
        '!',
        '.',
        '…',
        '"',
        '«',
        ' ',
        '\n',
        '😀',
        '❤️',
        '🙏🏽',
        '\u200b',
        '\u200f',
        '\u202b',
        '\u2067',
        '\ufeff',
        '*',
        '_',
      ),
    )
    .map((parts) => parts.join(''));
  const wide = (text: string) =>
    text.replace(/[!-~]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0));

  it('changes no verdict: case, width, what stands around, invisible marks within', () => {
    fc.assert(
      fc.property(anyText, around, around, (text, before, after) => {
        const plain = verdict(text);
        expect(verdict(text.toUpperCase())).toBe(plain);
        expect(verdict(wide(text))).toBe(plain);
        expect(verdict(`${before}${text}${after}`)).toBe(plain);
        expect(verdict([...text].join('\u200b'))).toBe(plain);
        expect(verdict(text.normalize('NFD'))).toBe(plain);
      }),
      { numRuns: 1_500 },
    );
  });

  it('changes no stop word: a final letter held down', () => {
    fc.assert(
      fc.property(fc.constantFrom(...stopWords), fc.integer({ min: 1, max: 9 }), (word, times) => {
        expect(verdict(word + (/\p{L}$/u.exec(word)?.[0] ?? '').repeat(times))).toBe(verdict(word));
      }),
    );
  });

  it('is read whatever it is, in the padding of a very long message too', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(verdict(text)).toBeTypeOf('string');
      }),
    );
    expect(verdict(`stop${'\u200b'.repeat(60_000)}`)).toBe('stop');
    expect(verdict(`${'\n '.repeat(30_000)}stop`)).toBe('stop');
    expect(verdict(`sto${'p'.repeat(60_000)}`)).toBe('stop');
    expect(verdict('stop '.repeat(13_000))).toBe('talk');
  });
});

describe('the version of the lists', () => {
  it('is a new one whenever a list changes: add its digest to versions.json under a new version', () => {
    const digest = createHash('sha256').update(JSON.stringify(KEYWORD_LISTS)).digest('hex');
    expect(Object.entries(versions).at(-1)).toEqual([KEYWORD_LIST_VERSION, digest]);
    expect(new Set(Object.values(versions)).size).toBe(Object.keys(versions).length);
  });
});
