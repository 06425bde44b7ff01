import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import packageJson from '../package.json' with { type: 'json' };

/** The environment, read once at the start. The README lists every variable. */
export interface Config {
  /** No `WHATSAPP_ACCESS_TOKEN`: the emulator plays WhatsApp inside the process, on loopback. */
  sandbox: boolean;
  port: number;
  host: string;
  /** Where people and Meta reach this installation; an origin without a slash at its end. */
  publicUrl: string;
  /** Proxies whose `X-Forwarded-For` says who asks; without them everybody behind one is one address. */
  trustedProxies: string[];
  /** The operator's own networks that calls to addresses people entered may reach (webhooks out). */
  outboundNetworks: string[];
  ceilings: CeilingConfig;
  /** Origins whose pages may hold the chat of a record in a frame (docs/dynamics-365.md). */
  embedOrigins: string[];
  dataDir: string;
  /** PostgreSQL; null is PGlite in `dataDir`. */
  databaseUrl: string | null;
  /** Null in a sandbox that was given none: `main` makes one per data directory. */
  adminApiKey: string | null;
  whatsapp: WhatsAppConfig;
  crm: 'embedded' | 'dataverse';
  /** Null with the embedded CRM. */
  dataverse: DataverseConfig | null;
  /** Null where people sign in with a password or a link only. */
  oidc: OidcConfig | null;
  secret: string | null;
  /** What seals secrets in the database: the first seals, all open. None: they lie there in clear. */
  sealKeys: string[];
  logLevel: LogLevel;
  /** Where traces go; null: nowhere. */
  traces: TracesConfig | null;
  /** Of the embedded database, made by the server itself. `everyMs` 0: none. */
  backups: { everyMs: number; keep: number };
  /** How long a node that was told to stop goes on taking requests, while `/readyz` already says no. ms */
  drainMs: number;
  version: string;
}

export interface WhatsAppConfig {
  apiUrl: string;
  /** `v26.0` */
  apiVersion: string;
  phoneNumberId: string;
  businessAccountId: string;
  accessToken: string;
  /** Any of them may have signed a webhook: two while a secret is being changed. */
  appSecrets: string[];
  verifyToken: string;
  /** How fast this number may send; WhatsApp counts what comes in too. */
  messagesPerSecond: number;
}

/** OpenTelemetry's own variables: https://opentelemetry.io/docs/specs/otel/protocol/exporter/ */
export interface TracesConfig {
  endpoint: string;
  headers: Record<string, string>;
  serviceName: string;
  /** Of traces that are begun, 0 to 1. */
  ratio: number;
}

/** How much one person, or one key, may ask of one node in a minute (decision 22), and send in an hour. */
export interface CeilingConfig {
  writesPerMinute: number;
  readsPerMinute: number;
  keyPerMinute: number;
  uploadMegabytesPerHour: number;
}

/** A Dataverse organisation (docs/dataverse.md). */
export interface DataverseConfig {
  /** The organisation's own address, an origin. */
  url: string;
  tenantId: string;
  clientId: string;
  clientSecret: string | null;
  /** A PEM file with the private key and its certificate, in place of a secret. */
  certificateFile: string | null;
  /** Who gives tokens: Entra ID, another cloud's, or an emulator. An origin. */
  authority: string;
  /** What webhooks must show; null: none are taken. */
  webhookKey: string | null;
}

/** Sign-in by OpenID Connect (docs/sign-in.md). */
export interface OidcConfig {
  /** As the issuer writes itself in its tokens. */
  issuer: string;
  clientId: string;
  clientSecret: string | null;
  /** What the button says: "Sign in with …". */
  name: string;
  groupsClaims: string[];
  roleMap: { role: 'administrator' | 'agent' | 'auditor'; group: string }[];
  scope: string;
}

export type ReadConfig = { ok: true; config: Config } | { ok: false; problems: string[] };

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
type LogLevel = (typeof LOG_LEVELS)[number];

const GRAPH = 'https://graph.facebook.com';
const SANDBOX_PHONE_NUMBER_ID = '200300400500600';
const SANDBOX_BUSINESS_ACCOUNT_ID = '100200300400500';
/** Of the 80 that Meta allows a number, in and out together, some are left for what customers write. */
const DEFAULT_MESSAGES_PER_SECOND = 70;
/** Shorter keys can be found by trying. */
const KEY_LENGTH = 32;

const secretWords = (): string => randomBytes(32).toString('base64url');

/**
 * Reads the environment, or names everything that is wrong with it at once: each problem begins with the variable and
 * says what to do. No problem repeats a value that may be a secret. `random` makes the sandbox's own secrets, new ones
 * at each start.
 */
export function readConfig(env: NodeJS.ProcessEnv, random: () => string = secretWords): ReadConfig {
  const problems: string[] = [];
  const text = (name: string): string | null => env[name]?.trim() || null;
  const checked = (name: string, fits: (value: string) => boolean, problem: string): string | null => {
    const value = text(name);
    if (value !== null && !fits(value)) problems.push(`${name} ${problem}`);
    return value;
  };

  const accessToken = checked(
    'WHATSAPP_ACCESS_TOKEN',
    (value) => /^[\x21-\x7e]+$/.test(value),
    'must be the token as Meta shows it, without spaces or line breaks.',
  );
  const sandbox = accessToken === null;
  const port = Number(checked('PORT', isPort, 'must be a port: a whole number from 0 to 65535.') ?? 3000);
  const host = text('HOST') ?? '127.0.0.1';
  if (sandbox && !isLoopback(host))
    problems.push(
      `HOST is ${host}, but without WHATSAPP_ACCESS_TOKEN this is a sandbox, and a sandbox listens on this machine only (anybody who reaches it could play your customers). Leave HOST away, or set WHATSAPP_ACCESS_TOKEN.`,
    );
  const publicUrl = checked(
    'PUBLIC_URL',
    isOrigin,
    'must be an address such as https://assent.example.com, without a path.',
  );
  const trustedProxies = listOf(
    checked(
      'TRUSTED_PROXIES',
      (value) => listOf(value).every(isAddressRange),
      'must be the addresses of your reverse proxies, separated by commas, such as 127.0.0.1 or 10.0.0.0/8.',
    ),
  );
  const outboundNetworks = listOf(
    checked(
      'OUTBOUND_NETWORKS',
      (value) => listOf(value).every(isAddressRange),
      'must be networks of yours that webhooks may be sent to, separated by commas, such as 10.20.0.0/16.',
    ),
  );
  const ceiling = (name: string, standard: number): number =>
    Number(
      checked(name, (value) => /^[1-9]\d{0,8}$/.test(value), 'must be a whole number from 1 on.') ?? standard,
    );
  const ceilings: CeilingConfig = {
    writesPerMinute: ceiling('PERSON_WRITES_PER_MINUTE', 600),
    readsPerMinute: ceiling('PERSON_READS_PER_MINUTE', 6_000),
    keyPerMinute: ceiling('KEY_REQUESTS_PER_MINUTE', 120_000),
    uploadMegabytesPerHour: ceiling('UPLOAD_MB_PER_HOUR', 4_000),
  };
  const embedOrigins = listOf(
    checked(
      'EMBED_ORIGINS',
      (value) => listOf(value).every(isFramingOrigin),
      'must be the addresses of the applications that show Assent in a frame, separated by commas, such as https://contoso.crm.dynamics.com: https, without a path, no wildcard.',
    ),
  ).map((origin) => URL.parse(origin)?.origin ?? origin);
  const databaseUrl = checked(
    'DATABASE_URL',
    isPostgres,
    'must be a PostgreSQL address: postgres://user:password@host:5432/database.',
  );
  const adminApiKey = checked(
    'ADMIN_API_KEY',
    (value) => value.length >= KEY_LENGTH && /^[\x21-\x7e]+$/.test(value),
    `must have at least ${KEY_LENGTH} characters, without spaces: for example what "openssl rand -base64 36" prints.`,
  );
  const secret = checked(
    'ASSENT_SECRET',
    (value) => value.length >= KEY_LENGTH,
    `must have at least ${KEY_LENGTH} characters: for example what "openssl rand -base64 36" prints. Without it Assent makes one and keeps it in its database.`,
  );
  const sealKeys = listOf(
    checked(
      'ASSENT_SEAL_KEYS',
      (value) => listOf(value).every((key) => key.length >= KEY_LENGTH),
      `must be keys of at least ${KEY_LENGTH} characters each, separated by commas: for example what "openssl rand -base64 36" prints. The first one seals, all of them open.`,
    ),
  );
  const level = text('LOG_LEVEL') ?? 'info';
  const logLevel = LOG_LEVELS.find((one) => one === level);
  if (logLevel === undefined) problems.push(`LOG_LEVEL must be one of ${LOG_LEVELS.join(', ')}.`);
  const whole = (name: string, standard: number, most: number): number =>
    Number(
      checked(
        name,
        (value) => /^\d{1,5}$/.test(value) && Number(value) <= most,
        `must be a whole number from 0 to ${most}.`,
      ) ?? standard,
    );
  const backups = {
    everyMs: whole('BACKUP_EVERY_HOURS', 6, 720) * 3_600_000,
    keep: Math.max(1, whole('BACKUP_KEEP', 4, 1_000)),
  };
  const drainMs = whole('DRAIN_SECONDS', sandbox ? 0 : 5, 300) * 1_000;
  const crm = text('CRM') ?? 'embedded';
  if (crm !== 'embedded' && crm !== 'dataverse')
    problems.push('CRM must be "embedded" or "dataverse", or left away.');
  const dataverse = crm === 'dataverse' ? readDataverse(text, checked, problems) : null;

  const oidc = readOidc(text, problems);
  const traces = readTraces(text, checked);

  const phoneNumberId = checked(
    'WHATSAPP_PHONE_NUMBER_ID',
    isMetaId,
    'must be the id Meta shows, digits only.',
  );
  const businessAccountId = checked(
    'WHATSAPP_BUSINESS_ACCOUNT_ID',
    isMetaId,
    'must be the id Meta shows, digits only.',
  );
  const apiUrl = checked(
    'WHATSAPP_API_URL',
    isSafe,
    `must be an https address, such as ${GRAPH}: the access token goes there.`,
  );
  if (sandbox && apiUrl !== null && apiUrl !== GRAPH)
    problems.push(
      'WHATSAPP_API_URL is set but WHATSAPP_ACCESS_TOKEN is not. Set the token to use that address, or leave both away for the sandbox.',
    );
  const apiVersion =
    checked('WHATSAPP_API_VERSION', (value) => /^v\d+\.\d+$/.test(value), 'must look like v26.0.') ?? 'v26.0';
  const appSecrets = listOf(text('WHATSAPP_APP_SECRET'));
  const verifyToken = text('WHATSAPP_VERIFY_TOKEN');
  const messagesPerSecond = Number(
    checked(
      'WHATSAPP_MESSAGES_PER_SECOND',
      (value) => /^\d{1,4}$/.test(value) && Number(value) >= 1 && Number(value) <= 1_000,
      'must be a whole number from 1 to 1000.',
    ) ?? DEFAULT_MESSAGES_PER_SECOND,
  );

  if (!sandbox) {
    const missing = REQUIRED.filter((name) =>
      name === 'WHATSAPP_APP_SECRET' ? appSecrets.length === 0 : text(name) === null,
    );
    if (missing.length > 0)
      problems.push(
        `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing. With WHATSAPP_ACCESS_TOKEN set this is no sandbox and ${missing.length === 1 ? 'it is' : 'all of them are'} needed.`,
      );
  }
  if (problems.length > 0 || logLevel === undefined) return { ok: false, problems };
  return {
    ok: true,
    config: {
      sandbox,
      port,
      host,
      publicUrl: new URL(publicUrl ?? `http://${reachable(host)}:${port}`).origin,
      trustedProxies,
      outboundNetworks,
      ceilings,
      embedOrigins,
      dataDir: text('DATA_DIR') ?? './data',
      databaseUrl,
      adminApiKey,
      whatsapp: {
        apiUrl: sandbox ? `http://${reachable(host)}:${port}` : (apiUrl ?? GRAPH).replace(/\/+$/, ''),
        apiVersion,
        phoneNumberId: phoneNumberId ?? SANDBOX_PHONE_NUMBER_ID,
        businessAccountId: businessAccountId ?? SANDBOX_BUSINESS_ACCOUNT_ID,
        accessToken: accessToken ?? random(),
        appSecrets: appSecrets.length > 0 ? appSecrets : [random()],
        verifyToken: verifyToken ?? random(),
        messagesPerSecond,
      },
      crm: dataverse === null ? 'embedded' : 'dataverse',
      dataverse,
      oidc,
      secret,
      sealKeys,
      logLevel,
      traces,
      backups,
      drainMs,
      version: packageJson.version,
    },
  };
}

function readTraces(
  text: (name: string) => string | null,
  checked: (name: string, fits: (value: string) => boolean, problem: string) => string | null,
): TracesConfig | null {
  const endpoint = checked(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    isHttp,
    'must be an http or https address, such as http://127.0.0.1:4318.',
  );
  const headers = checked(
    'OTEL_EXPORTER_OTLP_HEADERS',
    (value) => value.split(',').every((pair) => headerOf(pair) !== null),
    'must be name=value, several separated by commas, percent-encoded.',
  );
  const ratio = checked(
    'OTEL_TRACES_SAMPLER_ARG',
    (value) => /^(0|1|0?\.\d+|1\.0+)$/.test(value),
    'must be a number from 0 to 1.',
  );
  if (endpoint === null) return null;
  return {
    endpoint,
    headers: Object.fromEntries(
      (headers ?? '').split(',').flatMap((pair) => {
        const header = headerOf(pair);
        return header === null ? [] : [header];
      }),
    ),
    serviceName: text('OTEL_SERVICE_NAME') ?? 'assent',
    ratio: Number(ratio ?? 1),
  };
}

/** Null where it is none. */
function headerOf(pair: string): [name: string, value: string] | null {
  const [, name, value] = /^\s*([\w-]+)=([\x21-\x7e]*)\s*$/.exec(pair) ?? [];
  if (name === undefined || value === undefined) return null;
  try {
    return [name, decodeURIComponent(value)];
  } catch {
    return null;
  }
}

const ENTRA = 'https://login.microsoftonline.com';

/** Null where something is missing; the problems say what. */
function readDataverse(
  text: (name: string) => string | null,
  checked: (name: string, fits: (value: string) => boolean, problem: string) => string | null,
  problems: string[],
): DataverseConfig | null {
  const url = checked(
    'DATAVERSE_URL',
    isSafeOrigin,
    'must be the address of your organisation, such as https://contoso.crm4.dynamics.com, without a path.',
  );
  const authority = checked(
    'DATAVERSE_AUTHORITY',
    isSafeOrigin,
    `must be an address such as ${ENTRA}, without a path; leave it away for that one.`,
  );
  const tenantId = checked(
    'DATAVERSE_TENANT_ID',
    (value) => /^[\w.-]+$/.test(value) && !/^(common|organizations|consumers)$/.test(value),
    'must be the id of your tenant in Entra ID.',
  );
  const clientId = text('DATAVERSE_CLIENT_ID');
  const clientSecret = text('DATAVERSE_CLIENT_SECRET');
  const certificateFile = text('DATAVERSE_CLIENT_CERTIFICATE');
  const webhookKey = checked(
    'DATAVERSE_WEBHOOK_KEY',
    (value) => value.length >= KEY_LENGTH && /^[\w-]+$/.test(value),
    `must have at least ${KEY_LENGTH} letters and digits: for example what "openssl rand -hex 32" prints.`,
  );
  const missing = ['DATAVERSE_URL', 'DATAVERSE_TENANT_ID', 'DATAVERSE_CLIENT_ID'].filter(
    (name) => text(name) === null,
  );
  if (clientSecret === null && certificateFile === null)
    missing.push('DATAVERSE_CLIENT_SECRET (or DATAVERSE_CLIENT_CERTIFICATE)');
  if (missing.length > 0)
    problems.push(
      `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing, and CRM=dataverse needs ${missing.length === 1 ? 'it' : 'all of them'}: see docs/dataverse.md.`,
    );
  if (url === null || tenantId === null || clientId === null) return null;
  return {
    url: originOf(url),
    tenantId,
    clientId,
    clientSecret,
    certificateFile,
    authority: originOf(authority ?? ENTRA),
    webhookKey,
  };
}

const originOf = (value: string): string => URL.parse(value)?.origin ?? value;

/** Tokens and records go there, so only by TLS; an emulator on this machine needs none. */
function isSafe(value: string): boolean {
  const url = URL.parse(value);
  if (url === null || !isHttp(value)) return false;
  return url.protocol === 'https:' || isLoopback(url.hostname.replace(/^\[|\]$/g, ''));
}

const isSafeOrigin = (value: string): boolean => isOrigin(value) && isSafe(value);

/** Null where `OIDC_ISSUER` is not set. */
function readOidc(text: (name: string) => string | null, problems: string[]): OidcConfig | null {
  const issuer = text('OIDC_ISSUER');
  if (issuer === null) {
    if (text('OIDC_CLIENT_ID') !== null || text('OIDC_ROLE_MAP') !== null)
      problems.push('OIDC_ISSUER is missing: the address of the issuer whose people sign in here.');
    return null;
  }
  const url = URL.parse(issuer);
  if (url === null || !isHttp(issuer))
    problems.push(
      'OIDC_ISSUER must be an address such as https://login.microsoftonline.com/<tenant id>/v2.0.',
    );
  else if (url.protocol === 'http:' && !isLoopback(url.hostname.replace(/^\[|\]$/g, '')))
    problems.push(
      'OIDC_ISSUER must begin with https: without TLS anybody on the way could sign in as anybody.',
    );
  else if (/^\/(common|organizations|consumers)\//.test(url.pathname))
    problems.push(
      'OIDC_ISSUER must name your tenant by its id; with “common” people of every organisation could come.',
    );
  const clientId = text('OIDC_CLIENT_ID');
  if (clientId === null) problems.push('OIDC_CLIENT_ID is missing: the id that the issuer gave Assent.');
  const roleMap = readRoleMap(text('OIDC_ROLE_MAP') ?? '');
  if (roleMap === null || roleMap.length === 0)
    problems.push(
      'OIDC_ROLE_MAP must say which group has which role: administrator=<group>,agent=<group>,auditor=<group>. Whoever is in none of them is refused.',
    );
  if (url === null || clientId === null || roleMap === null) return null;
  const claims = text('OIDC_GROUPS_CLAIM')
    ?.split(',')
    .flatMap((claim) => claim.trim() || []);
  return {
    issuer,
    clientId,
    clientSecret: text('OIDC_CLIENT_SECRET'),
    name: text('OIDC_NAME') ?? (url.hostname === 'login.microsoftonline.com' ? 'Microsoft' : url.hostname),
    groupsClaims: claims ?? ['groups', 'roles'],
    roleMap,
    scope: text('OIDC_SCOPE') ?? 'openid profile email',
  };
}

/** Null where it cannot be read. A group's name may hold commas, as in LDAP: a comma ends it only before a role. */
function readRoleMap(value: string): OidcConfig['roleMap'] | null {
  const entries = value.split(/[,;\s](?=\s*(?:administrator|agent|auditor)\s*=)/);
  const map: OidcConfig['roleMap'] = [];
  for (const entry of entries) {
    if (entry.trim() === '') continue;
    const [, role, group] = /^\s*(administrator|agent|auditor)\s*=\s*(.*\S)\s*$/s.exec(entry) ?? [];
    if ((role !== 'administrator' && role !== 'agent' && role !== 'auditor') || group === undefined)
      return null;
    map.push({ role, group });
  }
  return map;
}

/** Beside the access token, which decides that this is no sandbox. */
const REQUIRED = [
  'ADMIN_API_KEY',
  'WHATSAPP_PHONE_NUMBER_ID',
  'WHATSAPP_BUSINESS_ACCOUNT_ID',
  'WHATSAPP_APP_SECRET',
  'WHATSAPP_VERIFY_TOKEN',
];

const listOf = (value: string | null): string[] =>
  (value ?? '').split(',').flatMap((one) => one.trim() || []);

/** `10.0.0.1`, `10.0.0.0/8`, `fd00::/8`. One that holds every address would let anybody be anybody. */
function isAddressRange(value: string): boolean {
  const [address = '', bits, more] = value.split('/');
  const most = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0;
  if (most === 0 || more !== undefined) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) > 0 && Number(bits) <= most);
}

const isPort = (value: string): boolean => /^\d{1,5}$/.test(value) && Number(value) <= 65_535;
const isMetaId = (value: string): boolean => /^\d{5,30}$/.test(value);

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function isHttp(value: string): boolean {
  const url = URL.parse(value);
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:');
}

function isOrigin(value: string): boolean {
  const url = URL.parse(value);
  if (url === null || !isHttp(value)) return false;
  return url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '';
}

function isPostgres(value: string): boolean {
  return /^postgres(ql)?:$/.test(URL.parse(value)?.protocol ?? '');
}

/** One exact origin. Without TLS anybody on the way could frame us as that application, so only on this machine. */
function isFramingOrigin(value: string): boolean {
  const url = URL.parse(value);
  if (url === null || !isOrigin(value) || /[*;,\s'"]/.test(value)) return false;
  return url.protocol === 'https:' || isLoopback(url.hostname.replace(/^\[|\]$/g, ''));
}

/** The host as it stands in an address; what listens everywhere is reached as localhost. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return isIP(host) === 6 ? `[${host}]` : host;
}
