import { translate } from '../i18n/i18n.ts';
import { sentenceOf } from './states.tsx';

/** A result that was told and is to be shown. */
export type Told = { intent: 'success' | 'error' | 'info'; title: string; body?: string | undefined };

let waiting: Told[] = [];
let show: ((told: Told) => void) | null = null;
let needed: (() => void) | null = null;

/** Calls when something was told that nothing is there yet to show. */
export function onceTold(call: () => void): void {
  if (waiting.length > 0) call();
  else needed = call;
}

/** Shows what is told from now on, and what nothing was there yet to show. Answers how to stop. */
export function showTold(shows: (told: Told) => void): () => void {
  show = shows;
  const told = waiting;
  waiting = [];
  for (const one of told) shows(one);
  return () => {
    if (show === shows) show = null;
  };
}

function tell(told: Told): void {
  if (show !== null) {
    show(told);
    return;
  }
  waiting.push(told);
  needed?.();
}

const notify = {
  success: (title: string, body?: string) => tell({ intent: 'success', title, body }),
  info: (title: string, body?: string) => tell({ intent: 'info', title, body }),
  problem: (error: unknown, title = translate('ui:error.didNotWork')) =>
    tell({ intent: 'error', title, body: sentenceOf(error) }),
};

/** Tells the result of what the person just did: `success('Saved.')`, or `problem(error)` in the server's words. */
export function useNotify() {
  return notify;
}
