import { describe, expect, test } from 'vitest';
import { type AnswerContext, purposesOf, readAnswer, words } from './answer.ts';
import type { Act } from './consent.ts';
import { PURPOSES } from './purpose.ts';
import type { InboundContent } from './update.ts';

const en = { requestId: 'en', at: 0, language: 'en', buttons: buttons('Yes, I Agree', 'No, Thank You') };
const es = {
  requestId: 'es',
  at: 0,
  language: 'es_MX',
  buttons: buttons('Quiero recibir avisos', 'Prefiero que no'),
};

function buttons(yes: string, no: string): { label: string; meaning: 'yes' | 'no' }[] {
  return [
    { label: yes, meaning: 'yes' },
    { label: no, meaning: 'no' },
  ];
}

/** Nobody was asked, nothing is quoted. */
const nothing: AnswerContext = {
  token: null,
  quotes: null,
  follows: null,
  requests: [],
  keywords: [],
  holdContainsStop: false,
};
/** The request was our last word; a while ago; or the message quotes it. */
const just: AnswerContext = { ...nothing, follows: 'en', requests: [en] };
const since: AnswerContext = { ...nothing, requests: [en] };
const quoting: AnswerContext = { ...nothing, quotes: 'en', requests: [en] };

const typed = (text: string): InboundContent => ({ kind: 'text', text });
const caption = (text: string): InboundContent => ({ kind: 'media', media: 'image', caption: text });
const edit = (text: string | null): InboundContent => ({ kind: 'edit', target: 'm', text });
const order = (text: string): InboundContent => ({ kind: 'other', type: 'order', text });
const button = (label: string, payload = 'p'): InboundContent => ({ kind: 'button', payload, label });
const listed = (label: string): InboundContent => ({ kind: 'reply', form: 'list', id: 'i', label });

/** What a message means in one word. */
function read(content: InboundContent, context: AnswerContext): string {
  const act = readAnswer(content, context)?.act;
  if (act === undefined) return 'talk';
  return 'meaning' in act ? `${act.act} ${act.meaning}` : act.act;
}

describe('the corpus, with nobody asked, right after a request, long after one, and quoting one', () => {
  const stop = ['stop-word', 'stop-word', 'stop-word', 'stop-word'];
  const phrase = ['refusal-phrase', 'refusal-phrase', 'refusal-phrase', 'refusal-phrase'];
  const hold = ['hold', 'hold', 'hold', 'hold'];
  const talk = ['talk', 'talk', 'talk', 'talk'];
  const yes = ['talk', 'answer yes', 'talk', 'answer yes'];
  const no = ['talk', 'answer no', 'talk', 'answer no'];
  test.each<[string, string[]]>([
    ['STOP', stop],
    ['Stop!!', stop],
    ['ＳＴＯＰ', stop],
    ['s t o p', stop],
    ['stoppppp', stop],
    ['🛑 stop 🛑', stop],
    ['Please stop', stop],
    ['STOP PLEASE', stop],
    ['hola, baja por favor', stop],
    ['İPTAL', stop],
    ['СТОП', stop],
    ['cancel', stop],
    ['leave me alone', phrase],
    ["don't text me", phrase],
    ['stpo', hold],
    ['Count me in! We have got to STOP this terrible bill', talk],
    ['Stop by our office', talk],
    ["I can't stop laughing", talk],
    ['bus stop', talk],
    ['la presión está baja', talk],
    ['cancel my appointment', talk],
    ['shop', talk],
    ['no', no],
    ['no thanks', no],
    ['no quiero', no],
    ['yes', yes],
    ['ok', yes],
    ['👍', yes],
    ['ok but only mornings', talk],
    ['who is this?', talk],
    ['sí, pero tengo que irme a las 6', talk],
    ['gracias', talk],
    ['🙏🙏', talk],
    ['START', ['start-word', 'start-word', 'start-word', 'start-word']],
  ])('%s', (text, expected) => {
    expect([nothing, just, since, quoting].map((context) => read(typed(text), context))).toEqual(expected);
  });
});

describe('buttons', () => {
  const token = { requestId: 'old', meaning: 'yes' as const, label: 'Yes, I Agree' };
  test.each<[string, InboundContent, AnswerContext, string]>([
    ['a token decides, whatever the label says', button('STOP'), { ...just, token }, 'button yes'],
    ['a token in a reply', listed('No'), { ...just, token }, 'button yes'],
    ['a token that was typed is text', typed('token'), { ...just, token }, 'talk'],
    ['a foreign button with our label agrees to nothing', button('Yes, I Agree'), just, 'talk'],
    ['nor one that quotes another message', button('Yes, I Agree'), { ...since, quotesOther: true }, 'talk'],
    ['one of the quoted request itself does', button('Yes, I Agree'), quoting, 'answer yes'],
    ['a foreign button with our No refuses', button('No, Thank You'), since, 'answer no'],
    ['a stop word on a button refuses', button('Stop'), nothing, 'stop-word'],
    ['a stop word in a list refuses', listed('Unsubscribe'), nothing, 'stop-word'],
    ['START on a button gives nothing back', button('START'), nothing, 'talk'],
    ['a Yes in a list agrees to nothing', listed('Yes'), just, 'talk'],
  ])('%s', (_name, content, context, expected) => {
    expect(read(content, context)).toBe(expected);
  });
});

describe('full labels', () => {
  test.each(['Yes, I Agree', 'yes, i agree', 'YES I AGREE!!', '“Yes, I Agree”', ' Yes,  I agree. ✅'])(
    '%s is the label as long as the request is open, and the fold judges that',
    (text) => {
      expect(readAnswer(typed(text), since)).toMatchObject({
        act: { act: 'answer', meaning: 'yes', quotes: null, follows: null, labelOf: 'en' },
        rule: 'answer:full-label',
      });
    },
  );

  test.each(['Yes, I Agree with you', 'please Yes, I Agree', 'I Agree'])('%s is not', (text) => {
    expect(read(typed(text), since)).toBe('talk');
  });

  test('the newest request with that label comes first, the others after it', () => {
    const again = { ...en, requestId: 'again' };
    const answer = readAnswer(typed('no, thank you'), { ...nothing, requests: [again, es, en] });
    expect(answer?.act).toMatchObject({ meaning: 'no', labelOf: 'again', alsoLabelOf: ['en'] });
  });

  test('a label of another request agrees to that one, not to the one it stands under', () => {
    const answer = readAnswer(typed('Quiero recibir avisos'), { ...just, requests: [en, es] });
    expect(answer?.act).toMatchObject({ meaning: 'yes', follows: null, labelOf: 'es' });
    expect(read(typed('Quiero recibir avisos'), { ...quoting, requests: [en, es] })).toBe('talk');
  });

  test('the quoted request’s own buttons say what a label means', () => {
    const turned = { ...en, requestId: 'turned', buttons: buttons('No, Thank You', 'Yes, I Agree') };
    const context = { ...nothing, quotes: 'turned', requests: [en, turned] };
    const answer = readAnswer(typed('Yes, I Agree'), context);
    expect(answer?.act).toMatchObject({ meaning: 'no', quotes: 'turned', labelOf: 'turned' });
    expect(answer?.act).not.toHaveProperty('alsoLabelOf');
  });
});

describe('what takes a yes back', () => {
  const signs = ['?', '??', ' 👎', ' 🚫', ' 🖕', ' 😡', ' ❌', ' ✖️', ' ❎'];
  const labels = ['Yes, I Agree', 'Yes', 'OK', 'Accept', 'Sí, quiero'];
  test.each(labels)('the label “%s” with a sign that does not agree is talk', (yes) => {
    const context = { ...just, requests: [{ ...en, buttons: buttons(yes, 'Nein') }] };
    for (const text of [...signs.map((sign) => yes + sign), `¿${yes}?`, `~${yes}~`, `${yes}... 🙄🚫`])
      expect([text, read(typed(text), context)]).toEqual([text, 'talk']);
    for (const text of [yes, `${yes}!`, `${yes} 👍🏽`, `*${yes}*`])
      expect([text, read(typed(text), context)]).toEqual([text, 'answer yes']);
  });

  test.each(['Yes 🚀', 'Shall we? Yes', 'Yes ~ please ~'])(
    'what stands in the label “%s” itself does not',
    (yes) => {
      const context = { ...since, requests: [{ ...en, buttons: buttons(yes, 'No') }] };
      expect(read(typed(yes), context)).toBe('answer yes');
      expect(read(typed(`${yes} 👎`), context)).toBe('talk');
    },
  );

  test.each([
    'No, Thank You?',
    '~No, Thank You~',
    'No, Thank You 👍',
    'No, Thank You 🚀',
    'no?',
    '¿no?',
    'no 🙃',
    'n̶o̶',
  ])('nothing takes a no back: %s', (text) => expect(read(typed(text), just)).toBe('answer no'));

  test.each(['Start?', '~START~', 'start 👎', 'START 🚫', 'S̶T̶A̶R̶T̶'])('nor is START said by %s', (text) =>
    expect(read(typed(text), just)).toBe('talk'),
  );
});

describe('a yes by answer word is one in the language of the request, or in English', () => {
  const words = { es: 'sí', 'pt-BR': 'sim', de: 'ja', nl: 'ja', pl: 'tak', id: 'ya', en: 'yes' };
  const keywords = [{ text: 'Aber gerne', language: 'de', meaning: 'yes' as const }];
  const asked = (language: string): AnswerContext => ({ ...just, requests: [{ ...en, language }], keywords });
  test.each<[string, string[]]>([
    ['en_US', ['yes']],
    ['da', ['yes']],
    ['es_MX', ['sí', 'yes']],
    ['pt_BR', ['sim', 'yes']],
    ['pt_PT', ['sim', 'yes']],
    ['de', ['ja', 'yes']],
    ['nl', ['ja', 'yes']],
    ['pl', ['tak', 'yes']],
    ['id', ['ya', 'yes']],
  ])('%s', (language, agree) => {
    const yeses = new Set(
      Object.values(words).filter((word) => read(typed(word), asked(language)) === 'answer yes'),
    );
    expect([...yeses]).toEqual(agree);
  });

  test.each(['en', 'da', 'ja'])(
    'a thumb, a word of the organisation and a no of any language count in %s',
    (language) => {
      expect(
        ['👍', 'aber gerne', 'nein', 'nie', 'não'].map((text) => read(typed(text), asked(language))),
      ).toEqual(['answer yes', 'answer yes', 'answer no', 'answer no', 'answer no']);
    },
  );

  test('the entry of that language is the rule, and the request that is quoted or followed decides', () => {
    expect(readAnswer(typed('ja'), asked('nl'))).toMatchObject({ rule: 'yes:nl:ja', language: 'nl' });
    expect(readAnswer(typed('ok'), asked('id'))).toMatchObject({ rule: 'yes:id:ok', language: 'id' });
    const both = { ...nothing, follows: 'en', requests: [en, es] };
    expect(read(typed('sí'), both)).toBe('talk');
    expect(read(typed('sí'), { ...both, quotes: 'es' })).toBe('answer yes');
  });

  test('a label agrees in whatever language it is written', () => {
    const context = { ...just, requests: [{ ...en, buttons: buttons('Tak', 'Nej') }] };
    expect(read(typed('tak'), context)).toBe('answer yes');
  });
});

describe('what the words are written in', () => {
  test.each<[string, InboundContent, AnswerContext, string]>([
    ['a caption refuses', caption('stop'), nothing, 'stop-word'],
    ['a caption refuses a request', caption('no'), quoting, 'answer no'],
    ['a caption never agrees', caption('yes'), quoting, 'talk'],
    ['not even by the label', caption('Yes, I Agree'), just, 'talk'],
    ['a caption gives no stop word back', caption('START'), nothing, 'talk'],
    ['an edit refuses', edit('STOP'), nothing, 'stop-word'],
    ['an edit refuses a request', edit('no'), just, 'answer no'],
    ['an edit reads like a refusal', edit('stpo'), just, 'hold'],
    ['an edit never agrees', edit('Yes, I Agree'), just, 'talk'],
    ['an edit gives no stop word back', edit('START'), nothing, 'talk'],
    ['an edit without text is nothing', edit(null), just, 'talk'],
    ['a deletion is nothing', { kind: 'revoke', target: 'm' }, just, 'talk'],
    ['a reaction is nothing', { kind: 'reaction', target: 'm', emoji: '👍' }, quoting, 'talk'],
    ['a contact card is nothing', { kind: 'contacts', names: ['Stop'] }, just, 'talk'],
    ['a place is nothing', { kind: 'location', latitude: 1, longitude: 2, name: 'Stop' }, just, 'talk'],
    ['an order’s note stops', order('Stop.'), nothing, 'stop-word'],
    ['an order’s note refuses', order('no'), just, 'answer no'],
    ['an order’s note never agrees', order('yes'), just, 'talk'],
    ['an order’s note never agrees by quoting', order('Yes, I Agree'), quoting, 'talk'],
    ['an order’s note takes nothing back', order('START'), nothing, 'talk'],
    ['an order without a note is nothing', { kind: 'other', type: 'order' }, just, 'talk'],
    ['a voice message is nothing', { kind: 'media', media: 'audio', voice: true }, just, 'talk'],
  ])('%s', (_name, content, context, expected) => {
    expect(read(content, context)).toBe(expected);
  });

  test('only what was said in words has words', () => {
    const contents = [typed('a'), button('b'), listed('c'), caption('d'), edit('e'), order('f')];
    expect(contents.map(words)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    const wordless: InboundContent[] = [
      { kind: 'reaction', target: 'm', emoji: '👍' },
      { kind: 'media', media: 'sticker' },
      { kind: 'unsupported', type: 'x' },
      { kind: 'other', type: 'order' },
    ];
    expect(wordless.map(words)).toEqual([null, null, null, null]);
  });
});

test.each(['Yes', 'No', 'Yes, I Agree', 'No, Thank You'])(
  '“%s” that quotes another message answers that message',
  (text) => {
    expect(read(typed(text), { ...just, quotesOther: true })).toBe('talk');
    expect(read(typed('STOP'), { ...just, quotesOther: true })).toBe('stop-word');
  },
);

test.each([
  ['no thanks', 'answer no'],
  ['No, Thank You', 'answer no'],
  ['yes', 'talk'],
  ['Yes, I Agree', 'talk'],
  ['hello', 'talk'],
])('“%s” that may quote a request whose name at WhatsApp is not known yet: %s', (text, expected) => {
  const context = { ...since, quotesOther: true, mayQuote: 'en' };
  expect(read(typed(text), context)).toBe(expected);
  if (expected !== 'talk') expect(readAnswer(typed(text), context)?.act).toMatchObject({ quotes: 'en' });
});

test.each<[string, string]>([
  ['no', 'answer no'],
  ['No, Thank You', 'answer no'],
  ['yes', 'talk'],
  ['Yes, I Agree', 'talk'],
  ['hello', 'talk'],
])('“%s” shortly before a request, as the clocks have it: %s', (text, expected) => {
  const context = { ...nothing, requests: since.requests.slice(0, 1), mayFollow: 'en' };
  const act = readAnswer(typed(text), context)?.act;
  if (expected === 'talk') expect(act ?? { follows: null }).toMatchObject({ follows: null });
  else expect(act).toMatchObject({ act: 'answer', meaning: 'no', follows: 'en' });
});

describe('keywords of the organisation', () => {
  const keywords = [
    { text: 'Acepto', meaning: 'yes' as const },
    { text: 'mejor no', meaning: 'no' as const },
    { text: 'fuera', meaning: 'stop' as const },
    { text: 'basta promo', meaning: 'stop' as const, purposes: ['marketing' as const] },
  ];
  test.each<[string, string[]]>([
    ['acepto!', ['talk', 'answer yes']],
    ['Mejor no', ['talk', 'answer no']],
    ['FUERA', ['stop-word', 'stop-word']],
  ])('%s', (text, expected) => {
    const contexts = [nothing, just].map((context) => ({ ...context, keywords }));
    expect(contexts.map((context) => read(typed(text), context))).toEqual(expected);
  });

  test('a stop word refuses every purpose, unless it is one purpose’s own', () => {
    const purposes = (text: string) => readAnswer(typed(text), { ...nothing, keywords })?.act;
    expect(purposes('fuera')).toEqual({ act: 'stop-word', purposes: [...PURPOSES] });
    expect(purposes('basta promo')).toEqual({ act: 'stop-word', purposes: ['marketing'] });
  });

  test('what agrees and refuses at once refuses', () => {
    const both = [{ text: 'leave me alone', meaning: 'yes' as const }];
    expect(read(typed('leave me alone'), { ...just, keywords: both })).toBe('refusal-phrase');
  });

  test('each answer keeps the rule that matched and its language', () => {
    expect(readAnswer(typed('acepto'), { ...just, keywords })?.rule).toBe('tenant:yes:acepto');
    expect(readAnswer(typed('baja'), nothing)).toMatchObject({
      rule: expect.stringMatching(/^stop:es:/),
      language: 'es',
    });
  });
});

test('where the strict US policy is on, a message that contains STOP is held, never more', () => {
  const strict = { ...nothing, holdContainsStop: true };
  expect(read(typed('We have got to STOP this terrible bill'), strict)).toBe('hold');
  expect(read(typed('unstoppable'), strict)).toBe('talk');
  expect(read(typed('stop'), strict)).toBe('stop-word');
});

describe('the purposes an act speaks of', () => {
  const purposeOf = (id: string) => (id === 'm' ? 'marketing' : id === 's' ? 'service' : null);
  const answer = { act: 'answer', meaning: 'no', quotes: null, follows: null, labelOf: null } as const;
  test.each<[string, Act, string[]]>([
    ['a stop word, its own', { act: 'stop-word', purposes: ['marketing'] }, ['marketing']],
    ['a button, its request’s', { act: 'button', requestId: 'm', meaning: 'no' }, ['marketing']],
    ['a button of no request we know', { act: 'button', requestId: 'x', meaning: 'no' }, []],
    ['a quote, only what it quotes', { ...answer, quotes: 's', follows: 'm' }, ['service']],
    ['words, all that they may answer', { ...answer, follows: 'm', labelOf: 's' }, ['service', 'marketing']],
    ['the platform, marketing', { act: 'platform', value: 'stop' }, ['marketing']],
    ['a sign-up, marketing', { act: 'signup' }, ['marketing']],
    ['a merge, what it denies', { act: 'merged', denied: ['service'] }, ['service']],
    ['START, both', { act: 'start-word' }, ['service', 'marketing']],
    [
      'a field, its own',
      { act: 'crm', purpose: 'service', value: true, firstSight: true, record: 'c', knowsSeq: 0 },
      ['service'],
    ],
  ])('%s', (_name, act, expected) => {
    expect(purposesOf(act, purposeOf)).toEqual(expected);
  });
});
