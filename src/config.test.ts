import { describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';

const KEY = 'k'.repeat(32);
const PRODUCTION = {
  ADMIN_API_KEY: KEY,
  WHATSAPP_ACCESS_TOKEN: 'EAAG-token',
  WHATSAPP_PHONE_NUMBER_ID: '106540352242922',
  WHATSAPP_BUSINESS_ACCOUNT_ID: '102290129340398',
  WHATSAPP_APP_SECRET: 'app-secret',
  WHATSAPP_VERIFY_TOKEN: 'verify-token',
};

function config(env: NodeJS.ProcessEnv) {
  const read = readConfig(env, () => 'random');
  if (!read.ok) throw new Error(read.problems.join('\n'));
  return read.config;
}

function problems(env: NodeJS.ProcessEnv): string[] {
  const read = readConfig(env);
  return read.ok ? [] : read.problems;
}

describe('the sandbox', () => {
  it('is what an empty environment starts, on loopback, with secrets of its own', () => {
    expect(config({})).toMatchObject({
      sandbox: true,
      port: 3000,
      host: '127.0.0.1',
      publicUrl: 'http://127.0.0.1:3000',
      dataDir: './data',
      databaseUrl: null,
      adminApiKey: null,
      crm: 'embedded',
      dataverse: null,
      secret: null,
      logLevel: 'info',
      whatsapp: {
        apiUrl: 'http://127.0.0.1:3000',
        apiVersion: 'v26.0',
        accessToken: 'random',
        appSecrets: ['random'],
        verifyToken: 'random',
      },
    });
  });

  it('makes new secrets at each start', () => {
    const [one, other] = [readConfig({}), readConfig({})];
    if (!one.ok || !other.ok) throw new Error('the sandbox must start');
    const secrets = [one, other].flatMap(({ config: { whatsapp } }) => [
      whatsapp.accessToken,
      whatsapp.verifyToken,
      ...whatsapp.appSecrets,
    ]);
    expect(new Set(secrets).size).toBe(6);
    expect(Math.min(...secrets.map((secret) => secret.length))).toBeGreaterThanOrEqual(32);
  });

  it('takes secrets it is given, so that webhooks can be signed from outside', () => {
    const env = { WHATSAPP_APP_SECRET: 'mine', WHATSAPP_VERIFY_TOKEN: 'my-token', ADMIN_API_KEY: KEY };
    expect(config(env)).toMatchObject({
      adminApiKey: KEY,
      whatsapp: { appSecrets: ['mine'], verifyToken: 'my-token' },
    });
  });

  it.each(['0.0.0.0', '::', '192.168.1.5', 'example.com', '127.evil.com'])('never listens on %s', (HOST) => {
    expect(problems({ HOST })).toEqual([expect.stringMatching(/^HOST is .*sandbox/)]);
  });

  it.each(['localhost', '127.0.0.1', '127.1.2.3', '::1'])('listens on %s', (HOST) => {
    expect(config({ HOST }).host).toBe(HOST);
  });

  it('does not call another address with a token that nobody gave', () => {
    expect(problems({ WHATSAPP_API_URL: 'http://127.0.0.1:4010' })).toEqual([
      expect.stringContaining('WHATSAPP_ACCESS_TOKEN'),
    ]);
  });
});

describe('outside the sandbox', () => {
  it('starts with all of its secrets', () => {
    expect(
      config({ ...PRODUCTION, HOST: '0.0.0.0', PUBLIC_URL: 'https://assent.example.com/' }),
    ).toMatchObject({
      sandbox: false,
      host: '0.0.0.0',
      publicUrl: 'https://assent.example.com',
      whatsapp: { apiUrl: 'https://graph.facebook.com', appSecrets: ['app-secret'] },
    });
  });

  it('names every missing secret at once', () => {
    const [problem, ...others] = problems({ WHATSAPP_ACCESS_TOKEN: 'EAAG-token' });
    expect(others).toEqual([]);
    for (const name of Object.keys(PRODUCTION).filter((one) => one !== 'WHATSAPP_ACCESS_TOKEN'))
      expect(problem).toContain(name);
  });

  it('takes nothing but spaces or commas for no secret', () => {
    expect(problems({ ...PRODUCTION, WHATSAPP_APP_SECRET: ' , ' })[0]).toContain(
      'WHATSAPP_APP_SECRET is missing',
    );
    expect(problems({ ...PRODUCTION, WHATSAPP_VERIFY_TOKEN: '  ' })[0]).toContain('WHATSAPP_VERIFY_TOKEN');
  });

  it('sends the access token in clear to nobody but this machine', () => {
    for (const address of ['http://graph.example.com', 'http://10.0.0.7:4010', 'ftp://127.0.0.1', 'graph'])
      expect(problems({ ...PRODUCTION, WHATSAPP_API_URL: address })).toEqual([
        expect.stringMatching(/^WHATSAPP_API_URL must be an https address/),
      ]);
    for (const address of [
      'https://graph.example.com/meta',
      'http://127.0.0.1:4010',
      'http://localhost:4010',
      'http://[::1]:4010',
    ])
      expect(config({ ...PRODUCTION, WHATSAPP_API_URL: `${address}/` }).whatsapp.apiUrl).toBe(address);
  });

  it('knows two app secrets while one is being changed', () => {
    const env = { ...PRODUCTION, WHATSAPP_APP_SECRET: 'new-secret, old-secret' };
    expect(config(env).whatsapp.appSecrets).toEqual(['new-secret', 'old-secret']);
  });
});

const DATAVERSE = {
  CRM: 'dataverse',
  DATAVERSE_URL: 'https://contoso.crm4.dynamics.com',
  DATAVERSE_TENANT_ID: '11111111-2222-4333-8444-555555555555',
  DATAVERSE_CLIENT_ID: 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee',
  DATAVERSE_CLIENT_SECRET: 'a secret',
};

describe('problems', () => {
  it('are named all at once, each with its variable first', () => {
    const found = problems({
      PORT: '70000',
      PUBLIC_URL: 'https://example.com/assent',
      DATABASE_URL: 'mysql://root:hunter2@db/x',
      ADMIN_API_KEY: 'hunter2',
      ASSENT_SECRET: 'hunter2',
      WHATSAPP_PHONE_NUMBER_ID: '+1 202 555 0100',
      WHATSAPP_API_VERSION: '26',
      WHATSAPP_ACCESS_TOKEN: 'hunter2 hunter2',
      LOG_LEVEL: 'loud',
      CRM: 'salesforce',
    });
    expect(found.map((problem) => problem.split(' ')[0])).toEqual([
      'WHATSAPP_ACCESS_TOKEN',
      'PORT',
      'PUBLIC_URL',
      'DATABASE_URL',
      'ADMIN_API_KEY',
      'ASSENT_SECRET',
      'LOG_LEVEL',
      'CRM',
      'WHATSAPP_PHONE_NUMBER_ID',
      'WHATSAPP_API_VERSION',
      'WHATSAPP_BUSINESS_ACCOUNT_ID,',
    ]);
    expect(found.join()).not.toContain('hunter2');
  });

  it.each(['-1', '3000.5', '1e3', 'http', '65536'])('PORT=%s is no port', (PORT) => {
    expect(problems({ PORT })).toEqual([expect.stringMatching(/^PORT /)]);
  });

  it.each(['everybody', '0.0.0.0/0', '10.0.0.0/33', '10.0.0.1, proxy.local', '::/0'])(
    'TRUSTED_PROXIES=%s would let anybody be anybody, or is no address',
    (TRUSTED_PROXIES) => {
      expect(problems({ TRUSTED_PROXIES })).toEqual([expect.stringMatching(/^TRUSTED_PROXIES /)]);
      expect(config({ TRUSTED_PROXIES: '127.0.0.1, fd00::/8' }).trustedProxies).toEqual([
        '127.0.0.1',
        'fd00::/8',
      ]);
    },
  );

  it.each([
    'http://contoso.crm.dynamics.com',
    'https://*.dynamics.com',
    'https://contoso.crm.dynamics.com/main.aspx',
    'https://contoso.crm.dynamics.com;script-src',
    'contoso.crm.dynamics.com',
    '*',
    'null',
    'https://a.example, javascript:1',
  ])('EMBED_ORIGINS=%s is no list of exact origins', (EMBED_ORIGINS) => {
    expect(problems({ EMBED_ORIGINS })).toEqual([expect.stringMatching(/^EMBED_ORIGINS /)]);
  });

  it('take the applications that may frame a chat, as browsers write their origins', () => {
    expect(config({}).embedOrigins).toEqual([]);
    expect(
      config({ EMBED_ORIGINS: 'https://Contoso.crm.dynamics.com/, http://localhost:8080' }).embedOrigins,
    ).toEqual(['https://contoso.crm.dynamics.com', 'http://localhost:8080']);
  });

  it('name what CRM=dataverse needs, and send no token without TLS', () => {
    expect(problems({ CRM: 'dataverse' })).toEqual([
      expect.stringMatching(
        /^DATAVERSE_URL, DATAVERSE_TENANT_ID, DATAVERSE_CLIENT_ID, DATAVERSE_CLIENT_SECRET/,
      ),
    ]);
    expect(problems({ ...DATAVERSE, DATAVERSE_URL: 'http://contoso.crm4.dynamics.com' })).toEqual([
      expect.stringMatching(/^DATAVERSE_URL /),
    ]);
    expect(problems({ ...DATAVERSE, DATAVERSE_AUTHORITY: 'http://login.example' })).toEqual([
      expect.stringMatching(/^DATAVERSE_AUTHORITY /),
    ]);
    expect(problems({ ...DATAVERSE, DATAVERSE_TENANT_ID: 'common' })).toEqual([
      expect.stringMatching(/^DATAVERSE_TENANT_ID /),
    ]);
    expect(problems({ ...DATAVERSE, DATAVERSE_WEBHOOK_KEY: 'short' })).toEqual([
      expect.stringMatching(/^DATAVERSE_WEBHOOK_KEY /),
    ]);
  });

  it('a Dataverse organisation is taken with a secret or a certificate, and Entra ID is the authority', () => {
    const read = config({ ...DATAVERSE, DATAVERSE_URL: 'https://contoso.crm4.dynamics.com/' });
    expect(read).toMatchObject({
      crm: 'dataverse',
      dataverse: {
        url: 'https://contoso.crm4.dynamics.com',
        authority: 'https://login.microsoftonline.com',
        clientSecret: 'a secret',
        webhookKey: null,
      },
    });
    const { DATAVERSE_CLIENT_SECRET: _, ...without } = DATAVERSE;
    expect(config({ ...without, DATAVERSE_CLIENT_CERTIFICATE: '/run/key.pem' }).dataverse).toMatchObject({
      clientSecret: null,
      certificateFile: '/run/key.pem',
    });
  });
});

it('treats an empty variable as absent, as compose files write it', () => {
  expect(config({ PORT: '', HOST: ' ', ADMIN_API_KEY: '', DATABASE_URL: '' })).toEqual(config({}));
});

it('writes an IPv6 host as addresses do', () => {
  expect(config({ HOST: '::1', PORT: '8080' }).publicUrl).toBe('http://[::1]:8080');
});

describe('traces', () => {
  it('go nowhere until a collector is named', () => {
    expect(config({ OTEL_SERVICE_NAME: 'desk', OTEL_TRACES_SAMPLER_ARG: '0.5' }).traces).toBeNull();
  });

  it('take what OpenTelemetry calls its variables', () => {
    expect(
      config({
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318',
        OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20eA==, x-team=desk',
        OTEL_TRACES_SAMPLER_ARG: '0.01',
      }).traces,
    ).toEqual({
      endpoint: 'http://127.0.0.1:4318',
      headers: { authorization: 'Basic eA==', 'x-team': 'desk' },
      serviceName: 'assent',
      ratio: 0.01,
    });
  });

  it.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'no value'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'x-team=%'],
    ['OTEL_TRACES_SAMPLER_ARG', '1.5'],
  ])('a wrong %s is named', (name, value) => {
    expect(problems({ [name]: value })).toEqual([expect.stringContaining(name)]);
  });
});
