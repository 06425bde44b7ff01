import { expect, it } from 'vitest';
import { checkFile } from './attachment-check.ts';

const MB = 1024 * 1024;
const file = (name: string, type: string, size: number) => ({ name, type, size });

it.each([
  ['photo.jpg', 'image/jpeg', 'image'],
  ['photo.jpg', 'image/jpg', 'image'],
  ['clip.3gp', '', 'video'],
  ['voice.m4a', 'audio/x-m4a', 'audio'],
  ['note.OGG', 'application/octet-stream', 'audio'],
  ['offer.docx', '', 'document'],
  ['smile.webp', 'image/webp', 'sticker'],
])('knows how %s (%s) is sent: as %s', (name, type, kind) => {
  expect(checkFile(file(name, type, 1000))).toMatchObject({ ok: true, kind });
});

it('refuses what WhatsApp does not take before it is uploaded', () => {
  expect(checkFile(file('page.html', 'text/html', 10))).toMatchObject({ code: 'type', asDocument: false });
  expect(checkFile(file('drawing.svg', 'image/svg+xml', 10))).toMatchObject({ code: 'type' });
  expect(checkFile(file('run.exe', 'application/x-msdownload', 10))).toMatchObject({ code: 'type' });
  expect(checkFile(file('nothing.pdf', 'application/pdf', 0))).toMatchObject({ code: 'empty' });
});

it('names the limit, and offers a large picture as a document', () => {
  const large = file('photo.png', 'image/png', 7 * MB);
  expect(checkFile(large)).toEqual({ ok: false, code: 'size', most: 5 * MB, asDocument: true });
  expect(checkFile(large, true)).toMatchObject({ ok: true, kind: 'document' });
  expect(checkFile(file('film.mp4', 'video/mp4', 120 * MB))).toEqual({
    ok: false,
    code: 'size',
    most: 16 * MB,
    asDocument: false,
  });
});
