/** Tokens that come back with time: `capacity` at once, then one per `refillMs`. */
type Bucket = { tokens: number; at: number };

function take(bucket: Bucket | undefined, now: number, capacity: number, refillMs: number): Bucket | null {
  const gained = bucket === undefined ? capacity : Math.max(0, now - bucket.at) / refillMs;
  const tokens = Math.min(capacity, (bucket?.tokens ?? 0) + gained);
  return tokens < 1 ? null : { tokens: tokens - 1, at: now };
}

/** The two rates of https://developers.facebook.com/documentation/business-messaging/whatsapp/throughput */
export type Limits = {
  /** 45 messages at once to one customer, one more every 6 s. False: 131056. */
  readonly takePair: (customer: string, now: number) => boolean;
  /** Messages per second of the business number. False: 130429. */
  readonly takeNumber: (now: number, perSecond: number) => boolean;
  readonly clear: () => void;
};

export function createLimits(): Limits {
  const pairs = new Map<string, Bucket>();
  let number: Bucket | undefined;
  return {
    takePair: (customer, now) => {
      const bucket = take(pairs.get(customer), now, 45, 6000);
      if (bucket) pairs.set(customer, bucket);
      return bucket !== null;
    },
    takeNumber: (now, perSecond) => {
      const bucket = take(number, now, perSecond, 1000 / perSecond);
      if (bucket) number = bucket;
      return bucket !== null;
    },
    clear: () => {
      pairs.clear();
      number = undefined;
    },
  };
}
