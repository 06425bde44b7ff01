import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import {
  type Customer,
  customerSchema,
  defaultSettings,
  type Media,
  type Message,
  type Meta,
  mediaSchema,
  messageSchema,
  metaSchema,
  type Pending,
  pendingSchema,
  type Template,
  templateSchema,
} from './model.ts';

const entrySchema = z.discriminatedUnion('t', [
  z.object({ t: z.literal('customer'), v: customerSchema }),
  z.object({ t: z.literal('message'), v: messageSchema }),
  z.object({ t: z.literal('template'), v: templateSchema }),
  z.object({ t: z.literal('template-gone'), id: z.string() }),
  z.object({ t: z.literal('media'), v: mediaSchema }),
  z.object({ t: z.literal('media-gone'), id: z.string() }),
  z.object({ t: z.literal('pending'), v: pendingSchema }),
  z.object({ t: z.literal('pending-gone'), id: z.number() }),
  z.object({ t: z.literal('meta'), v: metaSchema }),
  z.object({ t: z.literal('reset') }),
]);
export type Entry = z.infer<typeof entrySchema>;

/** Everything in memory, and each change appended to the journal before the call returns. */
export type Store = {
  readonly customers: ReadonlyMap<string, Customer>;
  readonly messages: ReadonlyMap<string, Message>;
  /** `Customer.key` by phone digits, WhatsApp id or user id. */
  readonly addresses: ReadonlyMap<string, string>;
  /** Message ids of one customer, oldest first. */
  readonly threads: ReadonlyMap<string, readonly string[]>;
  readonly templates: ReadonlyMap<string, Template>;
  readonly media: ReadonlyMap<string, Media>;
  readonly pending: ReadonlyMap<number, Pending>;
  readonly meta: () => Meta;
  readonly put: (entry: Entry) => void;
  readonly close: () => void;
};

/**
 * Opens the journal (one JSON object a line) and rewrites it to what it amounts to. A last line cut by a kill
 * is dropped. Without a file everything is forgotten at the end.
 */
export function openStore(file: string | undefined): Store {
  const customers = new Map<string, Customer>();
  const messages = new Map<string, Message>();
  const addresses = new Map<string, string>();
  const threads = new Map<string, string[]>();
  const templates = new Map<string, Template>();
  const media = new Map<string, Media>();
  const pending = new Map<number, Pending>();
  const emptyMeta: Meta = {
    nextNumber: 1,
    clockOffsetMs: 0,
    seeded: false,
    deletedTemplateNames: {},
    settings: defaultSettings,
  };
  let meta = emptyMeta;

  const apply = (entry: Entry): void => {
    switch (entry.t) {
      case 'customer':
        for (const address of addressesOf(customers.get(entry.v.key))) addresses.delete(address);
        customers.set(entry.v.key, entry.v);
        for (const address of addressesOf(entry.v)) addresses.set(address, entry.v.key);
        return;
      case 'message': {
        if (!messages.has(entry.v.id)) {
          const thread = threads.get(entry.v.customer);
          if (thread) thread.push(entry.v.id);
          else threads.set(entry.v.customer, [entry.v.id]);
        }
        messages.set(entry.v.id, entry.v);
        return;
      }
      case 'template':
        templates.set(entry.v.id, entry.v);
        return;
      case 'template-gone':
        templates.delete(entry.id);
        return;
      case 'media':
        media.set(entry.v.id, entry.v);
        return;
      case 'media-gone':
        media.delete(entry.id);
        return;
      case 'pending':
        pending.set(entry.v.id, entry.v);
        return;
      case 'pending-gone':
        pending.delete(entry.id);
        return;
      case 'meta':
        meta = entry.v;
        return;
      case 'reset':
        for (const map of [customers, addresses, messages, threads, templates, media, pending]) map.clear();
        meta = { ...emptyMeta, nextNumber: meta.nextNumber };
        return;
    }
  };

  let journal: number | null = null;
  if (file !== undefined) {
    mkdirSync(dirname(file), { recursive: true });
    if (existsSync(file)) for (const entry of readJournal(file)) apply(entry);
    const lines: Entry[] = [{ t: 'meta', v: meta }];
    for (const v of templates.values()) lines.push({ t: 'template', v });
    for (const v of media.values()) lines.push({ t: 'media', v });
    for (const v of customers.values()) lines.push({ t: 'customer', v });
    for (const v of messages.values()) lines.push({ t: 'message', v });
    for (const v of pending.values()) lines.push({ t: 'pending', v });
    const fresh = `${file}.new`;
    const out = openSync(fresh, 'w');
    for (const line of lines) writeSync(out, `${JSON.stringify(line)}\n`);
    closeSync(out);
    renameSync(fresh, file);
    journal = openSync(file, 'a');
  }

  return {
    customers,
    messages,
    addresses,
    threads,
    templates,
    media,
    pending,
    meta: () => meta,
    put: (entry) => {
      if (journal !== null) writeSync(journal, `${JSON.stringify(entry)}\n`);
      apply(entry);
    },
    close: () => {
      if (journal !== null) closeSync(journal);
      journal = null;
    },
  };
}

function addressesOf(customer: Customer | undefined): string[] {
  return customer ? [customer.phone, customer.waId, customer.userId] : [];
}

function readJournal(file: string): Entry[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  const entries: Entry[] = [];
  for (const [n, line] of lines.entries()) {
    if (line === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (error) {
      if (n === lines.length - 1) break;
      throw new Error(`${file}, line ${n + 1}: not JSON`, { cause: error });
    }
    entries.push(entrySchema.parse(value));
  }
  return entries;
}
