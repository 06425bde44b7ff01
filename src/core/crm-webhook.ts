/** The webhook by which a remote CRM tells us of changes: whether it can be registered, and how it stands. */

export interface Obstacle {
  code: 'webhook-key-missing' | 'webhook-needs-https' | 'webhook-needs-port-443' | 'webhook-not-reachable';
  text: string;
}

/** Why no webhook can be registered from here; null where one can. */
export function webhookObstacle(of: {
  publicUrl: string;
  key: string | null;
  organisationUrl: string;
}): Obstacle | null {
  if (of.key === null)
    return {
      code: 'webhook-key-missing',
      text: 'Set DATAVERSE_WEBHOOK_KEY to at least 32 letters and digits, and start again.',
    };
  const url = new URL(of.publicUrl);
  // An emulator on this machine: nothing leaves it.
  if (isLoopback(new URL(of.organisationUrl).hostname)) return null;
  if (url.protocol !== 'https:')
    return {
      code: 'webhook-needs-https',
      text: 'PUBLIC_URL has to begin with https: the webhook carries its key in the address, for anybody on the way to read without TLS.',
    };
  if (url.port !== '')
    return {
      code: 'webhook-needs-port-443',
      text: `Dataverse posts to port 443, and PUBLIC_URL names port ${url.port}.`,
    };
  if (isLoopback(url.hostname))
    return {
      code: 'webhook-not-reachable',
      text: 'PUBLIC_URL names this machine alone; Dataverse cannot post to it.',
    };
  return null;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host);
}

/**
 * How the registration stands; the first that holds of: nothing is there, it leads elsewhere, it was registered with
 * another key, tables or columns are missing, all is well.
 */
export type WebhookState = 'not-registered' | 'wrong-address' | 'key-differs' | 'incomplete' | 'registered';

export interface WebhookStep {
  table: string;
  message: string;
  columns: readonly string[];
  enabled: boolean;
}

const MESSAGES = ['Create', 'Update', 'Delete'];

/**
 * How what was found there stands to what is wanted. `keyIsOurs`: it was registered with the key that we check now.
 */
export function webhookState(
  wanted: { url: string; tables: readonly { name: string; columns: readonly string[] }[] },
  found: { url: string | null; steps: readonly WebhookStep[] },
  keyIsOurs: boolean,
): WebhookState {
  if (found.url === null) return 'not-registered';
  if (found.url !== wanted.url) return 'wrong-address';
  if (!keyIsOurs) return 'key-differs';
  const complete =
    wanted.tables.every((table) => isTold(table, found.steps)) &&
    found.steps.every((step) => wanted.tables.some((table) => table.name === step.table));
  return complete ? 'registered' : 'incomplete';
}

/** Whether each change of the table that matters is told: of an update, every column that is mirrored. */
export function isTold(
  table: { name: string; columns: readonly string[] },
  steps: readonly WebhookStep[],
): boolean {
  return MESSAGES.every((message) =>
    steps.some(
      (step) =>
        step.enabled &&
        step.table === table.name &&
        step.message === message &&
        (step.columns.length === 0 || table.columns.every((column) => step.columns.includes(column))),
    ),
  );
}
