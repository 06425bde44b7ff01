/**
 * SQL's LIKE as Dataverse uses it: ignores case; `%` is any text, `_` one character, `[a-c]` and `[^a-c]` one of a set.
 * https://learn.microsoft.com/power-apps/developer/data-platform/wildcard-characters
 */
export function like(pattern: string): (text: string) => boolean {
  let source = '';
  for (let at = 0; at < pattern.length; at += 1) {
    const sign = pattern[at] ?? '';
    if (sign === '%') source += '[\\s\\S]*';
    else if (sign === '_') source += '[\\s\\S]';
    else if (sign === '[') {
      const end = pattern.indexOf(']', at + 1);
      // A bracket that never closes matches nothing in SQL Server.
      if (end === -1) return () => false;
      const inside = pattern.slice(at + 1, end);
      const negated = inside.startsWith('^');
      const set = (negated ? inside.slice(1) : inside).replace(/[\\\]^]/g, '\\$&');
      source += set === '' ? '(?!)' : `[${negated ? '^' : ''}${orderedRanges(set)}]`;
      at = end;
    } else source += sign.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
  }
  const matcher = new RegExp(`^${source}$`, 'i');
  return (text) => matcher.test(text);
}

/** `z-a` is a range of nothing in SQL, an error in a RegExp; a dash that makes no range is itself. */
function orderedRanges(set: string): string {
  return set.replace(/(\\?[\s\S])-(\\?[\s\S])/g, (range, from: string, to: string) =>
    (from.at(-1) ?? '') <= (to.at(-1) ?? '') ? range : '',
  );
}
