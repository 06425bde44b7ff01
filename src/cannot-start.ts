import { SecretsUnreadable } from './actions/reseal.ts';
import { DirectoryInUse } from './data-lock.ts';

/**
 * What a person who starts something can do about an error, as one sentence; null for a fault that needs its stack.
 * Codes: https://nodejs.org/api/errors.html#common-system-errors, https://www.postgresql.org/docs/15/errcodes-appendix.html
 */
export function whyNotStarted(
  error: unknown,
  { port, dataDir, databaseUrl }: { port: number; dataDir: string; databaseUrl: string | null },
): string | null {
  if (error instanceof DirectoryInUse || error instanceof SecretsUnreadable) return error.message;
  const first = error instanceof AggregateError ? error.errors[0] : error;
  if (!(first instanceof Error) || !('code' in first) || typeof first.code !== 'string') return null;
  const { code, message } = first;
  if (code === 'EADDRINUSE') return `Port ${port} is taken. Stop what listens there, or set PORT.`;
  if (code === 'EACCES' && 'syscall' in first && first.syscall === 'listen')
    return `Port ${port} may not be listened on by this user. Set PORT to one above 1023.`;
  if (OF_THE_FOLDER.has(code))
    return `The data directory ${dataDir} cannot be used: ${message}. Check DATA_DIR, and that it is a folder that this user may write to.`;
  if (databaseUrl === null) return null;
  const place = URL.canParse(databaseUrl) ? new URL(databaseUrl) : null;
  const name = place === null ? 'in DATABASE_URL' : `${place.host}${place.pathname}`;
  if (OF_THE_WAY.has(code))
    return `The database ${name} cannot be reached: ${code}. Check DATABASE_URL, and that PostgreSQL runs there.`;
  if (OF_THE_DOOR.has(code))
    return `The database ${name} lets nobody in by this DATABASE_URL: ${message}. Check its user, password and name.`;
  return null;
}

const OF_THE_FOLDER: ReadonlySet<string> = new Set([
  'EEXIST',
  'ENOTDIR',
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOSPC',
]);
const OF_THE_WAY: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
]);
/** Authorization, a wrong password, no such database, and too many connections. */
const OF_THE_DOOR: ReadonlySet<string> = new Set(['28000', '28P01', '3D000', '53300']);
