import { createHash } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';

/** Files as people send them, and as nobody should: each small, made from nothing. */

export const png = (width = 640, height = 480): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 3, background: { r: 20, g: 120, b: 90 } } })
    .png()
    .toBuffer();
/** Noise, so that it does not shrink to nothing: some 3 bytes a pixel. */
export const noisyPng = (size: number): Promise<Buffer> =>
  sharp(
    Buffer.from(Array.from({ length: size * size * 3 }, (_, index) => (index * 7919 + (index >> 3)) & 255)),
    {
      raw: { width: size, height: size, channels: 3 },
    },
  )
    .png({ compressionLevel: 0 })
    .toBuffer();
export const jpeg = (): Promise<Buffer> =>
  sharp({ create: { width: 300, height: 200, channels: 3, background: '#a04020' } })
    .jpeg()
    .toBuffer();
export const webp = (size = 512): Promise<Buffer> =>
  sharp({ create: { width: size, height: size, channels: 4, background: '#20a0f0' } })
    .webp()
    .toBuffer();
/** 400 million black pixels in some 50 kB: a PNG of one bit a pixel, made by hand, as no encoder is quick about it. */
export function bomb(side = 20_000): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.writeUInt8(1, 8);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(side * (1 + side / 8)), { level: 1 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** https://www.w3.org/TR/png-3/#5Chunk-layout */
function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type), data]);
  const [size, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  size.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([size, named, sum]);
}

export const pdf = Buffer.from('%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n');
export const exe = Buffer.concat([Buffer.from('MZ'), Buffer.alloc(600, 1)]);
export const html = Buffer.from(
  '<!doctype html><html><body><script>alert(document.domain)</script></body></html>',
);
export const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>');
export const ogg = Buffer.concat([
  Buffer.from('OggS\0\x02'),
  Buffer.alloc(22),
  Buffer.from('OpusHead\x01\x01'),
  Buffer.alloc(600, 3),
]);
export const mp4 = Buffer.concat([Buffer.from('\0\0\0\x18ftypmp42\0\0\0\0mp42isom'), Buffer.alloc(2_000, 5)]);

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
