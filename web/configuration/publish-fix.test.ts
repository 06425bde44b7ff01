import { expect, test } from 'vitest';
import { withAddress } from './publish-fix.ts';

const address = (code: string, fix: string) => withAddress({ code, message: '', fix }, 'contact').fix;

test('every problem of publishing leads to the place where it is mended', () => {
  expect(address('whatsapp-template-not-approved', 'whatsapp-templates')).toBe(
    '/configuration/whatsapp#templates',
  );
  expect(address('compliance-field-missing', 'record-types')).toBe(
    '/configuration/record-types/contact#compliance',
  );
  expect(address('record-type-missing', 'record-types')).toBe('/configuration/record-types/contact');
  expect(address('keyword-in-both-lists', 'message-template')).toBe('#keywords');
  expect(address('reply-too-long', 'message-template')).toBe('#reply');
  expect(address('variable-unbound', 'message-template')).toBe('#whatsapp-template');
  expect(address('no-quick-replies', 'message-template')).toBe('#whatsapp-template');
  expect(address('marketing-category', 'message-template')).toBe('#identity');
});

test('an address from the server stays as it is', () => {
  expect(address('anything', '/configuration/settings')).toBe('/configuration/settings');
});
