import english from '../i18n/en/words.ts';
import { translate } from '../i18n/i18n.ts';

type Entry = { action: string; subject: string; before: unknown; after: unknown };
type Known = keyof (typeof english)['configuration']['audit']['actions'];

/** One line for an audit entry. An action without words of its own is shown as the server names it. */
export function auditSentence({ action, subject, before, after }: Entry): string {
  const named = nameIn(after) ?? nameIn(before);
  const name = named === undefined ? subject : translate('configuration:audit.quoted', { name: named });
  const key = action.replaceAll('.', '-');
  return isKnown(key)
    ? translate(`configuration:audit.actions.${key}`, { name })
    : translate('configuration:audit.otherAction', { action: spaced(action), name });
}

function isKnown(key: string): key is Known {
  return Object.hasOwn(english.configuration.audit.actions, key);
}

/** What the thing calls itself, which says more than its id. */
function nameIn(state: unknown): string | undefined {
  if (typeof state !== 'object' || state === null) return undefined;
  for (const [key, value] of Object.entries(state)) {
    if (
      ['displayName', 'label', 'name', 'shortcut'].includes(key) &&
      typeof value === 'string' &&
      value !== ''
    )
      return value;
  }
  return undefined;
}

function spaced(action: string): string {
  const words = action.replace(/[.-]/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
