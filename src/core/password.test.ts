import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalisePassword, PASSWORD_RULES, passwordProblem } from './password.ts';

const LEAKED = new Set(['password', 'qwerty', 'passwordpassword', '1qaz2wsx3edc4rfv', 'iloveyou']);
const context = {
  words: ['Ada Administrator', 'ada.admin@contoso.com', 'Assent'],
  isCommon: (text: string) => LEAKED.has(text),
};

describe('a password', () => {
  it.each([
    ['correct horse battery staple', null],
    ['ünïcödé wörds fît', null],
    ['密码是一个很长的句子没有人知道它', null],
    ['      a      b     c', null],
    ['👩‍👩‍👧 family at sea', null],
    ['839201748392017', null],
    ['#;%22(/=?*~+-.:<>', null],
    ['ada likes slow trains', null],
    ['short', 'password-too-short'],
    ['14 characters!', 'password-too-short'],
    ['👍👍👍👍👍👍👍👍', 'password-too-short'],
    ['passwordpassword', 'password-too-common'],
    ['PASSWORDPASSWORD', 'password-too-common'],
    ['1qaz2wsx3edc4rfv', 'password-too-common'],
    ['Password12345678!', 'password-too-common'],
    ['!!!!!!!iloveyou!', 'password-too-common'],
    ['aaaaaaaaaaaaaaaaaa', 'password-too-common'],
    ['abcabcabcabcabcabc', 'password-too-common'],
    ['ab-ab-ab-ab-ab-ab', 'password-too-common'],
    ['1234567890123456', 'password-too-common'],
    ['9876543210987654', 'password-too-common'],
    ['abcdefghijklmnop', 'password-too-common'],
    ['AdaAdministrator', 'password-too-common'],
    ['ada.admin@contoso.com', 'password-too-common'],
    ['Assent-Contoso-2026', 'password-too-common'],
    ['assent assent password', 'password-too-common'],
    ['Ａｓｓｅｎｔ－ａｄａ－ａｄｍｉｎ', 'password-too-common'],
  ])('%j: %s', (password, problem) => {
    expect(passwordProblem(password, context)).toBe(problem);
  });

  it('is the same however its characters are composed', () => {
    expect(normalisePassword('e\u0301te\u0301 a\u0300 la mer')).toBe(normalisePassword('été à la mer'));
  });

  it('counts what people see as characters, not the units that store them', () => {
    const faces = '😀😁😂🤣😃😄😅😆😉😊😋😎😍😘🥰';
    expect([...faces]).toHaveLength(15);
    expect(passwordProblem(faces, context)).toBeNull();
  });

  it('of any characters is taken up to the longest, and not beyond', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 40, maxLength: 120 }), (tail) => {
        const password = `seven wild geese${tail}`.normalize('NFKC');
        const length = [...password].length;
        const expected = length > PASSWORD_RULES.maxLength ? 'password-too-long' : null;
        expect(passwordProblem(password, context)).toBe(expected);
      }),
    );
    expect(passwordProblem(`${'x1 '.repeat(84).slice(0, 250)}yz4567`, context)).toBeNull();
    expect(passwordProblem(`${'x1 '.repeat(86).slice(0, 251)}yz4567`, context)).toBe('password-too-long');
  });
});
