import type { ServerResponse } from 'node:http';
import type { Notice } from './world.ts';

/** Open phone pages, told what changed by server-sent events. */
export type Events = {
  readonly notify: (notice: Notice & { phone?: string | undefined }) => void;
  readonly add: (response: ServerResponse) => void;
  readonly close: () => void;
};

export function createEvents(): Events {
  const open = new Set<ServerResponse>();
  const beat = setInterval(() => {
    for (const response of open) response.write(': still here\n\n');
  }, 20_000);
  beat.unref();
  return {
    notify: (notice) => {
      if (open.size === 0) return;
      const line = `data: ${JSON.stringify(notice)}\n\n`;
      for (const response of open) response.write(line);
    },
    add: (response) => {
      open.add(response);
      response.on('close', () => open.delete(response));
      response.write('retry: 1000\n\n');
    },
    close: () => {
      clearInterval(beat);
      for (const response of open) response.end();
      open.clear();
    },
  };
}
