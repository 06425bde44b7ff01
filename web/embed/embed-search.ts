/** The record whose chat a frame shows, as `?recordType=&id=` names it; null where it names none. */
export interface EmbedSearch {
  recordType?: string;
  id?: string;
}

export function embedSearchOf({ recordType, id }: Record<string, unknown>): EmbedSearch {
  const type = textOf(recordType);
  // Dynamics writes ids in braces and capitals.
  const record = textOf(id)
    .replace(/^\{(.*)\}$/, '$1')
    .toLowerCase();
  return {
    ...(type === '' ? {} : { recordType: type.toLowerCase() }),
    ...(record === '' ? {} : { id: record }),
  };
}

/** The router reads digits as a number. */
const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';
