import { existsSync, readFileSync } from 'node:fs';

/** What the nodes wrote down about their calls to WhatsApp (preload.ts). */
export interface Call {
  messageId: string;
  /** ms since 1970 by the machine's clock, whatever the node's own said. */
  at: number;
  /** HTTP status or the network's error; null where the process died before it knew. */
  ended: string | null;
}

export function readCalls(files: readonly string[]): Call[] {
  const calls: Call[] = [];
  for (const file of files) {
    if (!existsSync(file)) continue;
    const open = new Map<string, Call>();
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      const [at, messageId, what] = line.split(' ');
      if (messageId === undefined || what === undefined) continue;
      if (what === 'call') {
        const call: Call = { messageId, at: Number(at), ended: null };
        open.set(messageId, call);
        calls.push(call);
      } else {
        const call = open.get(messageId);
        if (call !== undefined) call.ended = what;
      }
    }
  }
  return calls.sort((a, b) => a.at - b.at);
}

/** The process that runs now. */
export function pidIn(file: string): number | null {
  if (!existsSync(file)) return null;
  const pids = [...readFileSync(file, 'utf8').matchAll(/^pid (\d+)$/gm)];
  const last = pids.at(-1)?.[1];
  return last === undefined ? null : Number(last);
}

/** Whether the process that runs now is in the middle of a call. */
export function isCalling(file: string): boolean {
  if (!existsSync(file)) return false;
  const lines = readFileSync(file, 'utf8').split('\n');
  const open = new Set<string>();
  for (const line of lines.slice(lines.findLastIndex((one) => one.startsWith('pid ')) + 1)) {
    const [, messageId = '', what] = line.split(' ');
    if (what === 'call') open.add(messageId);
    else open.delete(messageId);
  }
  return open.size > 0;
}
