interface Compared {
  phase: 'idle' | 'waiting' | 'listing' | 'confirming';
  finishedAt: string | null;
}

/** What an empty list of differences means: nothing differed only where every compare came to its end. */
export function withoutDrift(tables: readonly Compared[]): 'nothing' | 'underWay' | 'notYet' {
  if (tables.some(({ phase }) => phase !== 'idle')) return 'underWay';
  return tables.some(({ finishedAt }) => finishedAt !== null) ? 'nothing' : 'notYet';
}
