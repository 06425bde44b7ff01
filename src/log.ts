import { type DestinationStream, type Logger, pino } from 'pino';

/**
 * The log: JSON lines that name nobody. Ids, codes and counts are written by whoever logs; errors come from everywhere,
 * and PostgreSQL's hold the values of the row that did not fit, so of an error only what is safe goes out.
 */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = { level, serializers: { err: safeError } };
  return destination === undefined ? pino(options) : pino(options, destination);
}

interface SafeError {
  type: string;
  message: string;
  stack: string;
  code?: string;
  /** PostgreSQL's: which rule it was. */
  constraint?: string;
  table?: string;
  cause?: SafeError;
}

const MOST_CAUSES = 3;

export function safeError(error: unknown, depth = 0): SafeError {
  if (!(error instanceof Error)) return { type: typeof error, message: '', stack: '' };
  const text = (name: 'code' | 'constraint' | 'table') => {
    const value: unknown = Object.entries(error).find(([key]) => key === name)?.[1];
    return typeof value === 'string' && /^[\w.-]{1,80}$/.test(value) ? { [name]: value } : {};
  };
  return {
    type: error.name,
    // What PostgreSQL says quotes values ("invalid input syntax … “Ana”"); its code says the same without them.
    message: 'severity' in error ? 'a statement failed' : withoutPeople(error.message),
    stack: framesOf(error),
    ...text('code'),
    ...text('constraint'),
    ...text('table'),
    ...(error.cause === undefined || depth >= MOST_CAUSES
      ? {}
      : { cause: safeError(error.cause, depth + 1) }),
  };
}

/** Where it happened; the first lines repeat the message. */
const framesOf = (error: Error): string =>
  (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');

const UUID = /([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/i;

/** Without quoted texts, numbers that may be somebody's, addresses of mail, tokens. Our own ids stay. */
function withoutPeople(message: string): string {
  return message
    .replace(/"[^"]*"|“[^”]*”|«[^»]*»/g, '“…”')
    .replace(/[^\s@<>]+@[^\s@<>]+\.[a-z]+/gi, '…@…')
    .split(UUID)
    .map((part, position) =>
      position % 2 === 1
        ? part
        : part.replace(/[\w+/-]{32,}={0,2}/g, '…').replace(/\+?\d(?:[\s()-]{0,2}\d){6,}/g, '…'),
    )
    .join('')
    .slice(0, 500);
}
