/** What was asked and answered, so that tests count requests. */
export type LoggedRequest = {
  at: string;
  method: string;
  /** Path and query as they came. */
  url: string;
  status: number;
  user: string | null;
  /** Operations inside, for a batch. */
  operations: number;
};
export type RequestLog = {
  readonly add: (request: LoggedRequest) => void;
  /** The latest ones, oldest first. */
  readonly list: () => readonly LoggedRequest[];
  readonly total: () => number;
  readonly clear: () => void;
};

const KEPT = 10_000;

export function createRequestLog(): RequestLog {
  let requests: LoggedRequest[] = [];
  let total = 0;
  return {
    add: (request) => {
      total += 1;
      requests.push(request);
      if (requests.length > KEPT * 2) requests = requests.slice(-KEPT);
    },
    list: () => requests.slice(-KEPT),
    total: () => total,
    clear: () => {
      requests = [];
      total = 0;
    },
  };
}
