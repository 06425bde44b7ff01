import type { Caller } from './security.ts';
import type { World } from './world.ts';

/** One operation on the organisation: a request, or a member of a batch. */
export type Call = {
  readonly world: World;
  readonly caller: Caller;
  readonly method: string;
  /** Scheme and host that the links of the answer begin with. */
  readonly origin: string;
  /** Path below `/api/data/v9.2/`, percent-encoded as it came. */
  readonly path: string;
  /** Query, percent-encoded as it came. */
  readonly rawQuery: string;
  readonly query: ReadonlyMap<string, string>;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly prefer: Preferences;
  readonly body: unknown;
  /** What `$1` stands for in this batch: absolute URL by Content-ID. */
  readonly contentIds: Map<string, string>;
  /** What happens once this is committed: webhooks. */
  readonly afterCommit: (() => void)[];
};

export type Preferences = {
  representation: boolean;
  maxPageSize: number | null;
  trackChanges: boolean;
  continueOnError: boolean;
  /** Whether the caller wants annotations of this name. */
  annotates: (name: string) => boolean;
};

export type Answer = {
  status: number;
  headers: Record<string, string>;
  /** JSON unless it is a text. */
  body?: object | string;
};

export const API_PATH = '/api/data/v9.2/';

export function apiUrl(call: Pick<Call, 'origin'>, rest = ''): string {
  return `${call.origin}${API_PATH}${rest}`;
}

/** `Prefer` holds several, comma-joined; lists of annotations are quoted. */
export function readPreferences(header: string | undefined): Preferences {
  const parts = (header ?? '').match(/(?:[^,"]|"[^"]*")+/g) ?? [];
  const found = new Map<string, string>();
  for (const part of parts) {
    const [name = '', value = ''] = part.trim().split(/=(.*)/s);
    found.set(name.trim().toLowerCase(), value.replace(/^"|"$/g, '').trim());
  }
  const wanted = (found.get('odata.include-annotations') ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
  const size = Number(found.get('odata.maxpagesize'));
  return {
    representation: found.get('return') === 'representation',
    maxPageSize: found.has('odata.maxpagesize') && size >= 1 ? Math.min(5000, Math.floor(size)) : null,
    trackChanges: found.has('odata.track-changes'),
    continueOnError: found.has('odata.continue-on-error') && found.get('odata.continue-on-error') !== 'false',
    annotates: (name) =>
      wanted.some(
        (one) => one === '*' || one === name || (one.endsWith('*') && name.startsWith(one.slice(0, -1))),
      ),
  };
}

/** Query options, percent-decoded; `+` is a space as in forms. @throws URIError for what is not encoded well */
export function readQuery(raw: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const part of raw.split('&')) {
    if (part === '') continue;
    const [name = '', value = ''] = part.split(/=(.*)/s);
    found.set(decode(name), decode(value));
  }
  return found;
}

function decode(text: string): string {
  return decodeURIComponent(text.replaceAll('+', '%20'));
}

/** A person of the organisation acts by hand, with every right: what control routes do. */
export function callByHand(world: World, user: string, tag?: string): Call {
  return {
    world,
    caller: { user, real: user, unlimited: true },
    method: 'POST',
    origin: world.options.organizationUrl ?? 'https://contoso.crm4.dynamics.com',
    path: '',
    rawQuery: '',
    query: new Map(tag === undefined ? [] : [['tag', tag]]),
    headers: {},
    prefer: readPreferences(undefined),
    body: undefined,
    contentIds: new Map(),
    afterCommit: [],
  };
}
