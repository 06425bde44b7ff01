import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isReachable } from './address.ts';
import { createOutboundCalls } from './calls.ts';
import { AddressRefused, createGuard, type Resolve } from './guard.ts';

const INTERNET = { internet: true, networks: [] };
const SANDBOX = { internet: false, networks: ['127.0.0.0/8', '::1'] };

describe('an address', () => {
  it.each([
    '8.8.8.8',
    '157.240.1.60',
    '2001:4860:4860::8888',
    '2a03:2880:f10e:83:face:b00c:0:25de',
    // Translated to IPv4 on the way.
    '64:ff9b::8.8.8.8',
    '::ffff:8.8.8.8',
  ])('%s is outside', (address) => {
    expect(isReachable(address, INTERNET)).toBe(true);
    expect(isReachable(address, SANDBOX)).toBe(false);
  });

  it.each([
    ['this machine', ['127.0.0.1', '127.8.9.10', '0.0.0.0', '::1', '::']],
    [
      'private',
      ['10.0.0.1', '172.16.5.4', '172.31.255.255', '192.168.1.1', 'fc00::1', 'fd12:3456::1', 'fec0::1'],
    ],
    [
      'metadata of a cloud',
      ['169.254.169.254', 'fd00:ec2::254', '168.63.129.16', '100.100.100.200', 'fe80::a9fe:a9fe'],
    ],
    ['a carrier’s', ['100.64.0.1', '100.127.255.254']],
    [
      'in documents and tests',
      ['192.0.2.1', '198.51.100.7', '203.0.113.9', '198.18.0.1', '2001:db8::1', '3fff::1'],
    ],
    ['to many', ['224.0.0.1', '255.255.255.255', 'ff02::1']],
    ['reserved', ['240.0.0.1', '192.0.0.8', '192.88.99.1', '100::1', '5f00::1']],
    [
      'an inside one in another form',
      [
        '::ffff:127.0.0.1',
        '::ffff:7f00:1',
        '::ffff:169.254.169.254',
        '::127.0.0.1',
        '::ffff:0:10.0.0.1',
        '64:ff9b::10.0.0.1',
        '64:ff9b::a9fe:a9fe',
        '64:ff9b:1::7f00:1',
        '2002:7f00:1::',
        '2002:a00:1::1',
        '2001:0:4136:e378:8000:63bf:3fff:fdd2',
        'fe80::1%eth0',
      ],
    ],
    ['none', ['', 'localhost', '127.0.0.1:80', '1.2.3', 'example.com']],
  ])('that is %s is not reached', (_what, addresses) => {
    for (const address of addresses)
      expect([address, isReachable(address, INTERNET)]).toEqual([address, false]);
  });

  it('of a listed network is reached, and its neighbour is not', () => {
    const reach = { internet: true, networks: ['10.20.0.0/16', 'fd12::/32', '192.168.7.7'] };
    for (const address of ['10.20.3.4', '::ffff:10.20.3.4', 'fd12::7', '192.168.7.7', '8.8.8.8'])
      expect([address, isReachable(address, reach)]).toEqual([address, true]);
    for (const address of ['10.21.0.1', 'fd13::7', '192.168.7.8'])
      expect([address, isReachable(address, reach)]).toEqual([address, false]);
  });

  it('where clouds tell secrets is reached by no list', () => {
    expect(
      isReachable('169.254.169.254', { internet: true, networks: ['169.254.0.0/16', '0.0.0.0/1'] }),
    ).toBe(false);
  });
});

describe('a call', () => {
  let inside: Server;
  let port: number;
  let hits: string[] = [];
  beforeAll(async () => {
    inside = createServer((request, response) => {
      hits.push(`${request.method} ${request.url}`);
      if (request.url === '/away') response.writeHead(302, { location: `http://127.0.0.1:${port}/secret` });
      if (request.url === '/busy') response.writeHead(503, { 'retry-after': '120' });
      if (request.url === '/slow') return;
      response.end('x'.repeat(100_000));
    });
    await new Promise<void>((resolve) => inside.listen(0, '127.0.0.1', resolve));
    port = (inside.address() as AddressInfo).port;
  });
  afterAll(() => {
    inside.closeAllConnections();
    inside.close();
  });
  beforeEach(() => {
    hits = [];
  });
  /** Answers as given, the last one from then on. */
  const resolver =
    (...answers: string[][]): Resolve =>
    (_host, answer) => {
      const addresses = (answers.length > 1 ? answers.shift() : answers[0]) ?? [];
      answer(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    };

  it.each([
    ['dotted', '127.0.0.1'],
    ['one number', '2130706433'],
    ['octal', '0177.0.0.1'],
    ['hexadecimal', '0x7f.1'],
    ['short', '127.1'],
    ['wide digits', '①②⑦.0.0.1'],
    ['mapped', '[::ffff:127.0.0.1]'],
    ['zero', '0'],
  ])('to this machine written %s is refused, and nothing arrives', async (_how, host) => {
    const calls = createOutboundCalls(INTERNET);
    const address = `https://${host}:${port}/secret`;
    expect(calls.accepts(address)).toBe(false);
    expect(await calls.post(address, {}, '{}')).toEqual({ kind: 'failed', why: 'address-refused' });
    expect(await calls.post(address.replace('https', 'http'), {}, '{}')).toMatchObject({
      why: 'address-refused',
    });
    expect(hits).toEqual([]);
    await calls.close();
  });

  it.each([
    ['resolves inside', [['10.0.0.1']]],
    ['resolves to this machine', [['127.0.0.1']]],
    ['resolves inside and outside', [['8.8.8.8', '127.0.0.1']]],
    ['resolves to nothing', [[]]],
  ])('to a name that %s is refused', async (_what, answers) => {
    const calls = createOutboundCalls(INTERNET, { resolve: resolver(...answers) });
    expect(await calls.post(`http://hooks.example:${port}/secret`, {}, '{}')).toEqual({
      kind: 'failed',
      why: 'address-refused',
    });
    expect(hits).toEqual([]);
    await calls.close();
  });

  it('goes to the answer that was judged: a name that changes in between gains nothing', async () => {
    // Outside when it is asked about, inside a moment later. The connection asks once, and takes what it judged.
    let asked = 0;
    const flip: Resolve = (_host, answer) => {
      asked += 1;
      answer(null, [{ address: asked === 1 ? '127.0.0.1' : '169.254.169.254', family: 4 }]);
    };
    const calls = createOutboundCalls(SANDBOX, { resolve: flip });
    expect(await calls.post(`http://hooks.example:${port}/first`, {}, '{}')).toMatchObject({ status: 200 });
    expect(asked).toBe(1);
    await calls.close();
    const again = createOutboundCalls(SANDBOX, { resolve: flip });
    expect(await again.post(`http://hooks.example:${port}/second`, {}, '{}')).toMatchObject({
      why: 'address-refused',
    });
    expect(hits).toEqual(['POST /first']);
    await again.close();
  });

  it('does not follow a redirect', async () => {
    const calls = createOutboundCalls(SANDBOX);
    expect(await calls.post(`http://127.0.0.1:${port}/away`, {}, '{}')).toMatchObject({
      kind: 'answered',
      status: 302,
    });
    expect(hits).toEqual(['POST /away']);
    await calls.close();
  });

  it('judges a redirect anew where one is followed', async () => {
    const guard = createGuard(
      { internet: false, networks: ['127.0.0.0/8'] },
      {
        resolve: (host, answer) =>
          answer(null, [{ address: host === 'a.example' ? '127.0.0.1' : '10.0.0.1', family: 4 }]),
      },
    );
    const leads = createServer((_request, response) => {
      response.writeHead(302, { location: 'http://b.example/' });
      response.end();
    });
    await new Promise<void>((resolve) => leads.listen(0, '127.0.0.1', resolve));
    const from = `http://a.example:${(leads.address() as AddressInfo).port}/`;
    const error = await guard.fetch(from).catch((failed: unknown) => failed);
    expect(error).toMatchObject({ cause: expect.any(AddressRefused) });
    await guard.close();
    leads.close();
  });

  it('goes wherever a host is that the operator named', async () => {
    const guard = createGuard(INTERNET, { trusted: ['issuer.internal'], resolve: resolver(['127.0.0.1']) });
    expect((await guard.fetch(`http://issuer.internal:${port}/ok`)).status).toBe(200);
    await expect(guard.fetch(`http://other.internal:${port}/secret`)).rejects.toThrow();
    expect(hits).toEqual(['GET /ok']);
    await guard.close();
  });

  it('says how it ended', async () => {
    const calls = createOutboundCalls(SANDBOX, { timeoutMs: 200 });
    expect(await calls.post(`http://127.0.0.1:${port}/busy`, {}, '{}')).toEqual({
      kind: 'answered',
      status: 503,
      retryAfter: '120',
    });
    expect(await calls.post(`http://127.0.0.1:${port}/slow`, {}, '{}')).toEqual({
      kind: 'failed',
      why: 'timeout',
    });
    expect(await calls.post('http://127.0.0.1:9/', {}, '{}')).toEqual({ kind: 'failed', why: 'unreachable' });
    expect(await calls.post(`https://127.0.0.1:${port}/`, {}, '{}')).toMatchObject({ kind: 'failed' });
    await calls.close();
  });
});

describe('an address that somebody enters', () => {
  it.each([
    'https://hooks.example/consent',
    'https://hooks.example:8443/consent?team=1',
    'https://8.8.8.8/',
    'https://[2001:4860:4860::8888]/',
  ])('%s is taken', (address) => {
    expect(createOutboundCalls(INTERNET).accepts(address)).toBe(true);
  });

  it.each([
    'http://hooks.example/',
    'ftp://hooks.example/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'https://user:password@hooks.example/',
    'https://hooks.example/#part',
    'https://localhost/',
    'http://localhost:3000/',
    'https://10.0.0.1/',
    'https://169.254.169.254/latest/meta-data',
    'hooks.example',
    '',
  ])('%s is not', (address) => {
    expect(createOutboundCalls(INTERNET).accepts(address)).toBe(false);
  });

  it('of this machine is taken in the sandbox alone, without TLS too', () => {
    for (const address of ['http://localhost:8080/', 'http://127.0.0.1:8080/', 'http://[::1]:8080/'])
      expect([address, createOutboundCalls(SANDBOX).accepts(address)]).toEqual([address, true]);
  });
});
