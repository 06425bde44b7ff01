import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { verifySignature } from './signature.ts';

/** As Meta sends it: every character above U+007F escaped. */
const escaped =
  '{"object":"whatsapp_business_account","entry":[{"id":"100200300400500","changes":[{"field":"messages",' +
  '"value":{"messages":[{"type":"text","text":{"body":"S\\u00ed, claro \\ud83d\\udc4d"}}]}}]}]}';
const body = Buffer.from(escaped);
const secret = 'test-app-secret';
const signature = 'sha256=822a0c8fcfb47810f405d74548b70aa3e00db8a651a7cabf11a02e2cb7b12ad0';

describe('verifySignature', () => {
  it('accepts the bytes Meta signed', () => {
    expect(body.length).toBe(191);
    expect(verifySignature(body, signature, [secret])).toBe(true);
  });

  it('rejects the same document written again in plain UTF-8', () => {
    const rewritten = Buffer.from(JSON.stringify(JSON.parse(escaped)));
    expect(rewritten.length).toBe(179);
    expect(verifySignature(rewritten, signature, [secret])).toBe(false);
  });

  it('accepts any of several secrets, so that one can be replaced while webhooks arrive', () => {
    expect(verifySignature(body, signature, ['new-secret', secret])).toBe(true);
    expect(verifySignature(body, signature, [secret, 'new-secret'])).toBe(true);
    expect(verifySignature(body, signature, ['new-secret', 'other'])).toBe(false);
  });

  it('works for a body that is not text', () => {
    const bytes = Uint8Array.from([0, 255, 128, 10]);
    const header = `sha256=${createHmac('sha256', secret).update(bytes).digest('hex')}`;
    expect(verifySignature(bytes, header, [secret])).toBe(true);
  });

  const emptyKey = `sha256=${createHmac('sha256', '').update(body).digest('hex')}`;
  it.each<[string, string | undefined, string[]]>([
    ['no header', undefined, [secret]],
    ['an empty header', '', [secret]],
    ['the prefix alone', 'sha256=', [secret]],
    ['no prefix', signature.slice(7), [secret]],
    ['another algorithm', signature.replace('sha256', 'sha1'), [secret]],
    ['a signature cut short', signature.slice(0, -2), [secret]],
    ['a signature with more behind it', `${signature}00`, [secret]],
    ['something behind an equals sign', `${signature}=`, [secret]],
    ['letters that are no hex', `sha256=${'z'.repeat(64)}`, [secret]],
    ['another secret', signature, ['wrong']],
    ['no secret configured', signature, []],
    ['an empty secret, signed with it', emptyKey, ['']],
  ])('rejects %s', (_, header, secrets) => {
    expect(verifySignature(body, header, secrets)).toBe(false);
  });

  it('rejects a body of which one byte changed', () => {
    fc.assert(
      fc.property(fc.nat(body.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Buffer.from(body);
        changed.writeUInt8(changed.readUInt8(at) ^ flip, at);
        expect(verifySignature(changed, signature, [secret])).toBe(false);
      }),
    );
  });
});
