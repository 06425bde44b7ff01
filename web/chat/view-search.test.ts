import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConversationQuery } from '../../src/http/schemas/chat.ts';
import { chatsAddress, chatsSearchOf, isNarrowed, listAsked, plainView, without } from './view-search.ts';

describe('the address of a list of chats', () => {
  it.each([
    { raw: {}, address: '/chats' },
    { raw: { view: 'mine' }, address: '/chats?view=mine' },
    { raw: { view: 'team', sort: 'attention' }, address: '/chats' },
    { raw: { sort: 'recent' }, address: '/chats?sort=recent' },
    // As the router reads `?unread=true&search=202555`.
    { raw: { unread: true, search: 202555 }, address: '/chats?search=202555&unread=true' },
    { raw: { search: 'parcel', searchIn: 'messages' }, address: '/chats?search=parcel&searchIn=messages' },
    { raw: { searchIn: 'messages' }, address: '/chats' },
    { raw: { view: 'everything', consent: 'maybe', more: 'x', unread: [1] }, address: '/chats' },
    { raw: { view: 'nothing', consent: 'denied' }, address: '/chats?consent=denied' },
    { raw: { search: 'x'.repeat(201) }, address: '/chats' },
  ])('$raw is $address', ({ raw, address }) => {
    const { search, searchIn, unread, ...rest } = chatsSearchOf(raw);
    expect(
      chatsAddress({
        ...rest,
        ...(search === undefined ? {} : { search }),
        ...(searchIn === undefined ? {} : { searchIn }),
        ...(unread === undefined ? {} : { unread }),
      }),
    ).toBe(address);
  });

  it('comes back as it was, whatever was typed', () => {
    fc.assert(
      fc.property(
        fc.record(
          {
            view: fc.constantFrom(...ConversationQuery.shape.view.unwrap().options),
            sort: fc.constantFrom('attention' as const, 'recent' as const),
            search: fc
              .string({ minLength: 1, maxLength: 200, unit: 'grapheme' })
              .filter((text) => text.length <= 200),
            owner: fc.string({ minLength: 1 }),
            unread: fc.constantFrom('true' as const, 'false' as const),
          },
          { requiredKeys: [] },
        ),
        (search) => {
          const address = chatsAddress(search, 'c1');
          const raw = Object.fromEntries(new URL(address, 'http://x').searchParams);
          const read = chatsSearchOf(raw);
          expect(chatsAddress(read, 'c1')).toBe(address);
          expect(read.search).toBe(search.search);
          expect(read.owner).toBe(search.owner);
        },
      ),
    );
  });

  it.each([
    { raw: {}, asked: { view: 'team' } },
    { raw: { view: 'team', consent: 'denied' }, asked: { view: 'team', consent: 'denied' } },
    { raw: { view: 'closed' }, asked: { view: 'closed' } },
    // Without a limit of age: a chat that was closed long ago is found from the first page on.
    { raw: { search: 'Ana' }, asked: { search: 'Ana' } },
    { raw: { view: 'mine', search: 'Ana' }, asked: { view: 'mine', search: 'Ana' } },
  ])('$raw asks the server for $asked', ({ raw, asked }) => {
    expect(listAsked(chatsSearchOf(raw))).toEqual(asked);
  });

  it('a plain view keeps the view and the order, and is not narrowed', () => {
    const search = chatsSearchOf({ view: 'mine', sort: 'recent', search: 'Ana', consent: 'denied' });
    expect(isNarrowed(search)).toBe(true);
    expect(plainView(search)).toEqual({ view: 'mine', sort: 'recent' });
    expect(isNarrowed(plainView(search))).toBe(false);
    expect(without(search, 'search', 'consent')).toEqual(plainView(search));
  });
});
