/**
 * Folders whose keys no source names in a `t('…')` or t(`roles.${role}`), each with the reason. The test that looks for
 * keys nobody uses passes over them; `*` stands for any rest of a key.
 */
export const DYNAMIC_KEYS: Readonly<Record<string, string>> = {
  'server:codes.*': 'by the code of what the server says (server-text.ts)',
  'server:any.*': 'sentences of the server that go with any code (server-text.ts)',
  'server:history.*': 'by the act of a line of the consent history (server-text.ts)',
  'server:webhook.*': 'by what the test of the webhook found (server-text.ts)',
  'server:parts.*': 'parts of a template inside a sentence (server-text.ts)',
  'server:lacks.*': 'what one language of a template lacks (server-text.ts)',
  'configuration:crmSync.todo.*': 'by what is wrong with the CRM (configuration/crm-words.ts)',
  'rights:may.reason*': 'chosen by who lacks a right (ui/may-words.ts)',
};
