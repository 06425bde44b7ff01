import type { SendableTemplate } from '../../src/http/schemas/chat.ts';

/** Templates whose name, wording or buttons hold every word of the search, in their order. */
export function matchingTemplates(
  templates: readonly SendableTemplate[],
  search: string,
): readonly SendableTemplate[] {
  const words = fold(search).split(/\s+/).filter(Boolean);
  if (words.length === 0) return templates;
  return templates.filter(({ name, preview }) => {
    const all = fold([name, preview.header ?? '', preview.body, ...preview.buttons].join(' '));
    return words.every((word) => all.includes(word));
  });
}

/** Without case and accents. */
function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
