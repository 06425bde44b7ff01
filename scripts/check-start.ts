import { type Product, startProduct } from '../test/e2e/product.ts';

/**
 * `npm run check:start`: what the README promises of `npm start`, on a port and a data directory of its own. It is
 * ready in time, the printed links open, the demo stands, what was stored is there after `kill -9`, and it ends when
 * asked to.
 */
const NAME = 'Kept Through A Kill';
/** A customer of the demo who was asked and refused, by a real send and a real answer. */
const REFUSER = 'Daniel Denied';
const DEMO_WITHIN = 30_000;
const ENDS_WITHIN = 20_000;

async function expectPage(url: string, what: string, adminApiKey?: string): Promise<void> {
  const answer = await fetch(url, {
    headers: {
      accept: 'text/html',
      ...(adminApiKey === undefined ? {} : { authorization: `Bearer ${adminApiKey}` }),
    },
    signal: AbortSignal.timeout(10_000),
  });
  const type = answer.headers.get('content-type') ?? '';
  if (!answer.ok || !type.startsWith('text/html')) {
    throw new Error(`${what} at ${new URL(url).pathname} answered ${answer.status} ${type}`);
  }
  console.log(`${what}: ${answer.status}`);
}

async function call(product: Product, method: 'GET' | 'POST', path: string, body?: unknown): Promise<string> {
  const answer = await fetch(`${product.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${product.adminApiKey}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
  return text;
}

/** The demo plays on while the first page is open already. */
async function expectDemo(product: Product): Promise<void> {
  const until = Date.now() + DEMO_WITHIN;
  for (;;) {
    const query = `recordType=contact&search=${encodeURIComponent(REFUSER)}`;
    const found = await call(product, 'GET', `/api/records?${query}`);
    if (/"complianceValue":false/.test(found)) return console.log('the demo stands');
    if (Date.now() > until) throw new Error(`no refusal by ${REFUSER}: ${found}\n${product.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

const started = performance.now();
const first = await startProduct();
let second: Product | null = null;
try {
  console.log(`ready after ${((performance.now() - started) / 1000).toFixed(1)} s`);
  await expectPage(`${first.url}/`, 'first page');
  await expectPage(first.links.administrator, "administrator's sign-in link");
  await expectPage(first.links.agent, "agent's sign-in link");
  for (const line of first.output().split('\n')) {
    const [phone] = line.match(/https?:\/\/\S+\/emulator\/phone\S*/) ?? [];
    if (phone !== undefined) await expectPage(phone, "customer's phone", first.adminApiKey);
  }
  await expectDemo(first);
  await call(first, 'POST', '/api/records/contact', { values: { fullname: NAME } });
  await first.kill();
  console.log('killed');

  second = await startProduct({ dataDir: first.dataDir });
  const found = await call(
    second,
    'GET',
    `/api/records?recordType=contact&search=${encodeURIComponent(NAME)}`,
  );
  if (!found.includes(NAME)) throw new Error(`the record made before the kill is gone: ${found}`);
  console.log('started again on the same data, the record is there');
  await expectPage(second.links.administrator, "administrator's sign-in link");
  const late = setTimeout(() => {
    console.error('npm was asked to end, and the server went on');
    process.exit(1);
  }, ENDS_WITHIN);
  await second.stopByPid();
  clearTimeout(late);
  console.log('ended when npm was asked to');
} finally {
  await second?.kill();
  await first.discard();
}
