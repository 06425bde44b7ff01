import type { ShownProblem } from '../ui/problem-list.tsx';

/** Which part of the template's own form a problem belongs to, by its stable code; the first that matches. */
const sections: [RegExp, string][] = [
  [/^(keyword|stop-word)/, '#keywords'],
  [/^reply/, '#reply'],
  [/^(whatsapp-template|no-quick-replies|variable|binding|language)/, '#whatsapp-template'],
];

/** The problem with the address of the place where it is mended; the server names that place by one word. */
export function withAddress(problem: ShownProblem, recordType: string): ShownProblem {
  return { ...problem, fix: addressOf(problem, recordType) };
}

function addressOf({ code, fix }: ShownProblem, recordType: string): string | undefined {
  if (fix === 'whatsapp-templates') return '/configuration/whatsapp#templates';
  if (fix === 'record-types') {
    return `/configuration/record-types/${encodeURIComponent(recordType)}${code.startsWith('compliance') ? '#compliance' : ''}`;
  }
  if (fix === 'settings') return '/configuration/settings';
  if (fix === 'message-template') return sections.find(([pattern]) => pattern.test(code))?.[1] ?? '#identity';
  return fix;
}
