import { describe, expect, it } from 'vitest';
import { createSeal, SealBroken } from './seal.ts';

const OLD = 'an-old-key-that-is-long-enough-000000';
const NEW = 'a-new-key-that-is-long-enough-1111111';
const broken = expect.objectContaining({ name: 'SealBroken' });

describe('a sealed value', () => {
  it('opens in its place, and hides the text', () => {
    const seal = createSeal([NEW]);
    const value = seal.seal('EAAG secret ñ 🔑', 'whatsapp/1');
    expect(value).toMatch(/^sealed:1:[0-9a-f]{8}:[\w-]+$/);
    expect(value).not.toContain('EAAG');
    expect(seal.open(value, 'whatsapp/1')).toBe('EAAG secret ñ 🔑');
    expect(seal.seal('EAAG secret ñ 🔑', 'whatsapp/1')).not.toBe(value);
  });

  it('opens with every key that is there, and is current under the first alone', () => {
    const value = createSeal([OLD]).seal('text', 'a');
    expect(createSeal([NEW, OLD]).open(value, 'a')).toBe('text');
    expect(createSeal([NEW, OLD]).isCurrent(value)).toBe(false);
    expect(createSeal([OLD, NEW]).isCurrent(value)).toBe(true);
  });

  it.each([
    ['in another place', (value: string) => [value, 'b'] as const],
    ['with a changed byte', (value: string) => [flip(value), 'a'] as const],
    ['cut short', (value: string) => [value.slice(0, -8), 'a'] as const],
    ['with nothing in it', (value: string) => [`${value.split(':').slice(0, 3).join(':')}:`, 'a'] as const],
  ])('does not open %s', (_how, change) => {
    const seal = createSeal([NEW]);
    const [value, place] = change(seal.seal('text', 'a'));
    expect(() => seal.open(value, place)).toThrow(broken);
  });

  it('does not open without its key, and the error names the key and not the value', () => {
    const value = createSeal([OLD]).seal('text', 'assent');
    for (const seal of [createSeal([NEW]), createSeal([])])
      try {
        seal.open(value, 'assent');
        expect.unreachable();
      } catch (error) {
        expect(error).toBeInstanceOf(SealBroken);
        expect(String(error)).toContain(value.split(':')[2]);
        expect(String(error)).not.toContain(value.split(':')[3]);
      }
  });
});

describe('without a key', () => {
  it('a text stays as it is', () => {
    const seal = createSeal([]);
    expect(seal.seal('text', 'a')).toBe('text');
    expect(seal.open('text', 'a')).toBe('text');
  });

  it('what was stored in clear opens under a key that came later, and is not current', () => {
    const seal = createSeal([NEW]);
    expect(seal.open('text', 'a')).toBe('text');
    expect(seal.isCurrent('text')).toBe(false);
  });

  it('no text in clear passes for a sealed one', () => {
    expect(() => createSeal([]).seal('sealed:1:00000000:AAAA', 'a')).toThrow('may not look like');
  });
});

/** Changes one letter in the middle of what is sealed. */
function flip(value: string): string {
  const at = value.length - 12;
  return value.slice(0, at) + (value[at] === 'A' ? 'B' : 'A') + value.slice(at + 1);
}
