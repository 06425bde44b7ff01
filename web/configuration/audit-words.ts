/** What each action of the audit is called; `#` stands for what it was done to. */
const sentences: Record<string, string> = {
  'settings.change': 'Settings changed',
  'record-type.change': 'Record type # saved',
  'record-type.remove': 'Record type # removed',
  'column.add': 'Column # added',
  'channel.resume': 'Sending from number # resumed',
  'message.settle': 'Message with an unknown outcome settled',
  'number.shared': 'Shared mark of a number changed',
  'message-template.create': 'Message template # created',
  'message-template.change': 'Message template # changed',
  'message-template.publish': 'Message template # published',
  'message-template.retire': 'Message template # retired',
};

type Entry = { action: string; subject: string; before: unknown; after: unknown };

/** One line for an audit entry. An action without words of its own is shown as the server names it. */
export function auditSentence({ action, subject, before, after }: Entry): string {
  const name = nameIn(after) ?? nameIn(before) ?? subject;
  const sentence = sentences[action] ?? `${spaced(action)} #`;
  return sentence.replace('#', () => name);
}

/** What the thing calls itself, which says more than its id. */
function nameIn(state: unknown): string | undefined {
  if (typeof state !== 'object' || state === null) return undefined;
  for (const [key, value] of Object.entries(state)) {
    if (['displayName', 'label', 'name'].includes(key) && typeof value === 'string' && value !== '')
      return `“${value}”`;
  }
  return undefined;
}

function spaced(action: string): string {
  const words = action.replace(/[.-]/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
