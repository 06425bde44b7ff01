import { expect, test } from 'vitest';
import { readModules } from '../../test/architecture/modules.ts';
import english from '../i18n/en/words.ts';
import { auditSentence } from './audit-words.ts';

test('an audit entry reads as a sentence that names the thing by its own name', () => {
  const after = { name: 'Ask for consent', type: 'consent' };
  expect(
    auditSentence({ action: 'message-template.publish', subject: '0197-uuid', before: null, after }),
  ).toBe('Message template “Ask for consent” published');
  expect(
    auditSentence({
      action: 'record-type.remove',
      subject: 'lead',
      before: { displayName: 'Lead' },
      after: null,
    }),
  ).toBe('Record type “Lead” removed');
  expect(auditSentence({ action: 'settings.change', subject: 'settings', before: {}, after: {} })).toBe(
    'Settings changed',
  );
});

test.each([
  ['person.reset', { name: 'Maria' }, 'Password of “Maria” reset'],
  ['team.remove', { name: 'Returns' }, 'Team “Returns” deleted'],
  ['api-key.revoke', { name: 'Power Automate' }, 'API key “Power Automate” revoked'],
  ['roles.change', { agent: [] }, 'Rights of the roles changed'],
  ['quick-reply.delete', { shortcut: 'thanks' }, 'Quick reply “thanks” deleted'],
])('%s of people and access reads as a sentence too', (action, before, sentence) => {
  expect(auditSentence({ action, subject: '0197-uuid', before, after: null })).toBe(sentence);
});

test('what has no name or no words yet is still told', () => {
  expect(auditSentence({ action: 'message-template.retire', subject: 't1', before: {}, after: {} })).toBe(
    'Message template t1 retired',
  );
  expect(auditSentence({ action: 'webhook.replay', subject: '17', before: null, after: null })).toBe(
    'Webhook replay 17',
  );
});

test('every action that the code notes has words of its own', () => {
  const noted = readModules()
    .filter(({ path, text }) => /^src\/(actions|cli)\//.test(path) && text.includes('insertAudit('))
    .flatMap(({ text }) => [...text.matchAll(/'([a-z]+(?:-[a-z]+)*(?:\.[a-z]+(?:-[a-z]+)*)+)'/g)])
    .map(([, action = '']) => action.replaceAll('.', '-'))
    .filter((action) => action !== 'assent-test');
  expect(noted.length).toBeGreaterThan(45);
  const known = Object.keys(english.configuration.audit.actions);
  expect(noted.filter((action) => !known.includes(action))).toEqual([]);
});
