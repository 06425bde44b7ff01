import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bindingValues,
  cleanParameter,
  parametersOf,
  parseTemplate,
  renderedText,
  renderTemplate,
  unsupportedParts,
  valuesOf,
  variablesOf,
} from './template.ts';

/** As `GET /{waba}/message_templates` returns it. */
const CONSENT = [
  { type: 'HEADER', format: 'TEXT', text: 'Hello {{1}}', example: { header_text: ['Ana'] } },
  {
    type: 'BODY',
    text: 'Hello {{1}}, may {{2}} write to you on WhatsApp?',
    example: { body_text: [['Ana', 'Contoso']] },
  },
  { type: 'FOOTER', text: 'You can change your mind at any time.' },
  {
    type: 'BUTTONS',
    buttons: [
      { type: 'QUICK_REPLY', text: 'Yes, I Agree' },
      { type: 'QUICK_REPLY', text: 'No, Thank You' },
    ],
  },
];
const NAMED = [
  { type: 'header', format: 'text', text: 'Order {{order_no}}' },
  { type: 'body', text: 'Dear {{first_name}}, {{ order_no }} left us. {{first_name}}, thank you for {{1}}.' },
];

describe("Meta's components are read", () => {
  test('positional', () => {
    expect(parseTemplate(CONSENT, 'POSITIONAL')).toEqual({
      header: { format: 'TEXT', text: 'Hello {{1}}', variables: ['header.1'] },
      body: { text: 'Hello {{1}}, may {{2}} write to you on WhatsApp?', variables: ['1', '2'] },
      footer: 'You can change your mind at any time.',
      buttons: [
        { kind: 'QUICK_REPLY', label: 'Yes, I Agree' },
        { kind: 'QUICK_REPLY', label: 'No, Thank You' },
      ],
    });
  });

  test('named, types in small letters, one variable twice', () => {
    const template = parseTemplate(NAMED, 'NAMED');
    expect(variablesOf(template)).toEqual(['header.order_no', 'first_name', 'order_no']);
  });

  test('positional variables are bound in the order in which they are sent, not in which they stand', () => {
    const text = 'A {{10}} b {{2}} c {{1}} d {{2}}.';
    expect(variablesOf(parseTemplate([{ type: 'BODY', text }], 'POSITIONAL'))).toEqual(['1', '2', '10']);
  });

  test('a header of media has no text', () => {
    const template = parseTemplate([{ type: 'HEADER', format: 'IMAGE' }, CONSENT[1]], 'POSITIONAL');
    expect(template.header).toEqual({ format: 'IMAGE' });
    expect(renderTemplate(template, { 1: 'Ana', 2: 'Contoso' }).header).toBeNull();
  });

  test('anything at all can be read', () => {
    fc.assert(
      fc.property(fc.array(fc.anything()), fc.constantFrom('POSITIONAL', 'NAMED'), (components, format) => {
        const template = parseTemplate(components, format);
        expect(renderTemplate(template, {}).buttons).toHaveLength(template.buttons.length);
        unsupportedParts(components);
      }),
    );
    expect(parseTemplate([null, 'BODY', { type: 7 }, { type: 'BUTTONS', buttons: 'none' }], 'NAMED')).toEqual(
      {
        header: null,
        body: { text: '', variables: [] },
        footer: null,
        buttons: [],
      },
    );
  });
});

describe('the wording a customer is served', () => {
  test('every variable is filled, header and body apart', () => {
    const rendered = renderTemplate(parseTemplate(CONSENT, 'POSITIONAL'), {
      'header.1': 'Ms Ruiz',
      1: 'Ana',
      2: 'Contoso',
    });
    expect(renderedText(rendered)).toBe(
      'Hello Ms Ruiz\nHello Ana, may Contoso write to you on WhatsApp?\nYou can change your mind at any time.\n[Yes, I Agree] [No, Thank You]',
    );
  });

  test('a value that looks like a variable is text, and a missing one stays visible', () => {
    const rendered = renderTemplate(parseTemplate(CONSENT, 'POSITIONAL'), { 1: '{{2}} $& $1' });
    expect(rendered.body).toBe('Hello {{2}} $& $1, may {{2}} write to you on WhatsApp?');
    expect(rendered.header).toBe('Hello {{1}}');
  });

  test('a value stands there as WhatsApp takes it, on one line', () => {
    const rendered = renderTemplate(parseTemplate(CONSENT, 'POSITIONAL'), { 1: ' Ana\nRuiz', 2: 'Contoso' });
    expect(rendered.body).toBe('Hello Ana Ruiz, may Contoso write to you on WhatsApp?');
  });

  test('what is no variable of this template is left as it stands', () => {
    const rendered = renderTemplate(parseTemplate(NAMED, 'NAMED'), {
      first_name: 'Ana',
      order_no: '7',
      1: 'all',
    });
    expect(rendered.body).toBe('Dear Ana, 7 left us. Ana, thank you for {{1}}.');
  });

  test('what is sent and what is kept as evidence hold the same values', () => {
    const text = 'Hello {{1}}, may {{2}} write to you?';
    const template = parseTemplate([{ type: 'BODY', text }], 'POSITIONAL');
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, two) => {
        const values = { 1: one, 2: two };
        const [first, second] = parametersOf(template, values).body.map((parameter) => parameter.text);
        expect(renderTemplate(template, values).body).toBe(`Hello ${first}, may ${second} write to you?`);
      }),
    );
  });
});

test('WhatsApp gets positional parameters by order and named ones with their name', () => {
  const values = { 'header.1': 'Ms Ruiz', 1: 'Ana', 2: 'Contoso' };
  expect(parametersOf(parseTemplate(CONSENT, 'POSITIONAL'), values)).toEqual({
    header: [{ text: 'Ms Ruiz' }],
    body: [{ text: 'Ana' }, { text: 'Contoso' }],
  });
  const named = { 'header.order_no': 'no. 7', first_name: 'Ana', order_no: '7' };
  expect(parametersOf(parseTemplate(NAMED, 'NAMED'), named)).toEqual({
    header: [{ name: 'order_no', text: 'no. 7' }],
    body: [
      { name: 'first_name', text: 'Ana' },
      { name: 'order_no', text: '7' },
    ],
  });
});

test.each([
  ['positional', CONSENT, 'POSITIONAL', { 'header.1': 'Ms Ruiz', 1: 'Ana', 2: 'Contoso' }],
  ['named', NAMED, 'NAMED', { 'header.order_no': 'no. 7', first_name: 'Ana', order_no: '7' }],
] as const)('%s parameters carry the values that they were made of', (_, components, format, values) => {
  const template = parseTemplate([...components], format);
  expect(valuesOf(template, parametersOf(template, values))).toEqual(values);
});

describe('a value is one line of words', () => {
  test.each([
    ['Main St 1\r\n8000 Zürich', 'Main St 1 8000 Zürich'],
    ['a\tb', 'a b'],
    ['a\u2028b', 'a b'],
    ['a    b', 'a    b'],
    ['a     b', 'a b'],
    ['  a ', 'a'],
    ['\n', ''],
  ])('%j becomes %j', (value, clean) => {
    expect(cleanParameter(value)).toBe(clean);
  });

  test('always', () => {
    const hard = fc.string({ unit: fc.constantFrom('a', ' ', '\n', '\t', '\u2029') });
    fc.assert(
      fc.property(hard, (value) => {
        const clean = cleanParameter(value);
        expect(clean).not.toMatch(/[\n\t\u2029]| {5}/);
        expect(cleanParameter(clean)).toBe(clean);
      }),
    );
  });
});

test('what Assent cannot fill in is named', () => {
  expect(unsupportedParts(CONSENT)).toEqual([]);
  expect(
    unsupportedParts([
      { type: 'HEADER', format: 'IMAGE' },
      { type: 'BODY', text: 'Hi' },
      { type: 'CAROUSEL', cards: [] },
      {
        type: 'BUTTONS',
        buttons: [
          { type: 'QUICK_REPLY', text: 'Yes' },
          { type: 'URL', text: 'Shop', url: 'https://example.com' },
          { type: 'URL', text: 'Track', url: 'https://example.com/{{1}}' },
          { type: 'COPY_CODE', text: 'Copy' },
        ],
      },
    ]),
  ).toEqual(['a header of kind IMAGE', 'CAROUSEL', 'the button “Track”', 'the button “Copy”']);
});

describe('variables take their values from the record', () => {
  const record = { fullname: 'Ana Ruiz', visits: 3, nickname: '  ', allowed: true, note: null };

  test.each<[what: string, binding: Parameters<typeof bindingValues>[0][string], value: string | undefined]>([
    ['column', { column: 'fullname' }, 'Ana Ruiz'],
    ['number', { column: 'visits' }, '3'],
    ['empty column with a fallback', { column: 'nickname', fallback: 'customer' }, 'customer'],
    ['column that is null', { column: 'note' }, undefined],
    ['column that is not there', { column: 'constructor' }, undefined],
    ['Boolean column', { column: 'allowed' }, undefined],
    ['fixed text', { text: 'Contoso' }, 'Contoso'],
    ['blank fallback', { column: 'note', fallback: ' ' }, undefined],
  ])('%s', (_, binding, value) => {
    const expected =
      value === undefined ? { values: {}, missing: ['1'] } : { values: { 1: value }, missing: [] };
    expect(bindingValues({ 1: binding }, record, {})).toEqual(expected);
  });

  test('what the sender typed goes first; an empty entry is none', () => {
    const bindings = { 1: { column: 'fullname' }, 2: { column: 'note' }, 3: { column: 'fullname' } };
    expect(bindingValues(bindings, record, { 1: 'Ms Ruiz', 2: 'now', 3: '', extra: 'x' })).toEqual({
      values: { 1: 'Ms Ruiz', 2: 'now', 3: 'Ana Ruiz', extra: 'x' },
      missing: [],
    });
  });

  test('a number without a record has fixed texts and fallbacks only', () => {
    const bindings = {
      1: { column: 'fullname', fallback: 'customer' },
      2: { column: 'fullname' },
      3: { text: 'hi' },
    };
    expect(bindingValues(bindings, null, {})).toEqual({ values: { 1: 'customer', 3: 'hi' }, missing: ['2'] });
  });
});
