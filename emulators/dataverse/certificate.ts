import { createHash, type KeyObject, randomBytes, sign } from 'node:crypto';

/**
 * A self-signed X.509 certificate for localhost, good for ten years, as its own authority: MSAL refuses an authority
 * without TLS, and a machine need not have openssl. DER by hand: https://www.rfc-editor.org/rfc/rfc5280
 */
export function selfSignedCertificate(
  key: { publicKey: KeyObject; privateKey: KeyObject },
  now: number,
): string {
  const algorithm = sequence(oid('2a864886f70d01010b'), der(0x05, Buffer.alloc(0)));
  const name = sequence(der(0x31, sequence(oid('550403'), text('localhost'))));
  const spki = key.publicKey.export({ type: 'spki', format: 'der' });
  const identifier = createHash('sha1').update(spki).digest();
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x01;
  const names = sequence(
    der(0x82, Buffer.from('localhost')),
    der(0x87, Buffer.from([127, 0, 0, 1])),
    der(0x87, Buffer.from('00000000000000000000000000000001', 'hex')),
  );
  const extensions = sequence(
    sequence(
      oid('551d13'),
      der(0x01, Buffer.from([0xff])),
      der(0x04, sequence(der(0x01, Buffer.from([0xff])))),
    ),
    sequence(oid('551d11'), der(0x04, names)),
    sequence(oid('551d0e'), der(0x04, der(0x04, identifier))),
  );
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    algorithm,
    name,
    sequence(time(now - 86_400_000), time(now + 3_650 * 86_400_000)),
    name,
    spki,
    der(0xa3, extensions),
  );
  const signature = sign('sha256', body, key.privateKey);
  const whole = sequence(body, algorithm, der(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

function text(value: string): Buffer {
  return der(0x0c, Buffer.from(value));
}

/** GeneralizedTime. */
function time(ms: number): Buffer {
  const stamp = new Date(ms).toISOString().replace(/[-:T]/g, '').replace(/\.\d+/, '');
  return der(0x18, Buffer.from(stamp));
}
