import { describe, expect, it } from 'vitest';
import { mayMeanYes } from './may-mean-yes.ts';

describe('what may mean yes', () => {
  it.each([
    ...[
      'yes',
      'Yes!',
      '*yes*',
      '_yes_',
      '"Yes, I agree"',
      '¡Sí!',
      'yes…',
      'yes :)',
      'yes ^^',
      '네~',
      '네~~',
      'はい〜',
    ],
    ...[
      'yes 👍🏿',
      'ok 👌',
      '✅ yes',
      'yes ☑️',
      'yes ✔️',
      'sí 🙏🏽',
      'yes 😊',
      'yes ❤️',
      'yes 🎉',
      'yes 🤝',
      'yes 💯',
      'yes‼️',
    ],
    ...['हाँ', 'نَعَم', 'đồng ý', 'ναι', 'that´s fine', 'y\u0301es', ''],
  ])('%s', (text) => expect(mayMeanYes(text)).toBe(true));

  it.each([
    ...[
      'yes?',
      '¿sí',
      'نعم؟',
      '是？',
      'yes⁉️',
      'yes‽',
      'yes⁇',
      'ναι;',
      'yes\u037e',
      'այո՞',
      'yes ❓',
      'yes ❔',
    ],
    ...['~yes~', 'well ~yes~ no', '～yes～', 'y̶e̶s̶', 'y̷e̷s̷', 'y̸es', 'yes⃠'],
    ...[
      'yes 👎',
      'yes 🖕🏽',
      'yes 😡',
      'yes 🤬',
      'ok ✖️',
      'ok ❎',
      'sure 🤮',
      'yes 💩',
      'ok 😒',
      'ok 🤡',
      'ok ⛔',
      'yes 🚯',
    ],
    ...[
      'ok 🆘',
      'yes 🙄',
      'yes ❤️‍🔥',
      'yes 💔',
      'yes 🤷‍♀️',
      'yes ✗',
      'yes ×',
      '≠ yes',
      'yes :(',
      'yes >:(',
      'yes :/',
      '> yes',
    ],
  ])('not %s', (text) => expect(mayMeanYes(text)).toBe(false));

  it('is asked of what the wording itself does not have', () => {
    expect(mayMeanYes('yes? 🚀', 'Yes? 🚀')).toBe(true);
    expect(mayMeanYes('yes? 🚀 👎', 'Yes? 🚀')).toBe(false);
  });

  it('takes no longer for a long text', () => {
    for (const part of ['~', '~ ', ':', '?', 'α ', '\u0336', '👍', '💩'])
      expect(mayMeanYes(part.repeat(60_000))).toBeTypeOf('boolean');
  }, 2_000);
});
