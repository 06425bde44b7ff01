import type { TestApp } from '../app.ts';

export interface Reply {
  status: number;
  /** Parsed where it is JSON. */
  body: unknown;
  headers: Record<string, unknown>;
}

/** A browser with our page open: it keeps cookies and says where its requests come from. */
export interface Browser {
  cookies: Map<string, string>;
  call(method: Method, url: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD';

let addresses = 0;

/** Each has an address of its own unless one is given: failures are counted per address. */
export function openBrowser({ app }: Pick<TestApp, 'app'>, remoteAddress = nextAddress()): Browser {
  const cookies = new Map<string, string>();
  return {
    cookies,
    async call(method, url, body, headers = {}) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const answer = await app.inject({
        method,
        url,
        remoteAddress,
        headers: {
          'sec-fetch-site': 'same-origin',
          'user-agent': 'Mozilla/5.0 (a test)',
          ...(cookie === '' ? {} : { cookie }),
          ...headers,
        },
        ...(body === undefined ? {} : { payload: body as object }),
      });
      for (const { name, value } of answer.cookies)
        if (value === '') cookies.delete(name);
        else cookies.set(name, value);
      const isJson = answer.body !== '' && String(answer.headers['content-type']).includes('json');
      return {
        status: answer.statusCode,
        headers: answer.headers,
        body: isJson ? answer.json() : answer.body,
      };
    },
  };
}

export function nextAddress(): string {
  addresses += 1;
  return `10.1.${addresses >> 8}.${addresses & 255}`;
}
