/** Where a decision came from, in words; a source nobody knows is shown as it is. */
export function sourceWords(source: string): string {
  return WORDS[source] ?? source;
}

const WORDS: Record<string, string> = {
  button: 'the customer tapped a button of a Consent Template',
  'stop-word': 'the customer wrote a stop word',
  'start-word': 'the customer took a stop word back',
  answer: 'the customer answered a consent request in words',
  'refusal-phrase': 'the customer refused in words',
  hold: 'a person decided that it is a refusal',
  'hold-elapsed': 'nobody decided in time what read like a refusal',
  import: 'brought in by an import',
  platform: 'the customer’s own setting in WhatsApp',
  'in-app-signup': 'the customer signed up inside WhatsApp',
  expiry: 'the consent expired',
  recorded: 'recorded by a person',
  crm: 'changed in the CRM',
  'crm-unproven': 'found in the CRM; no answer of the customer is on file',
  signup: 'the customer signed up inside WhatsApp',
  merged: 'taken over when two identities became one',
};
