import { expect, test } from 'vitest';
import { parseModule } from '../architecture/modules.ts';
import { hardCodedText } from './hard-coded.ts';
import { screens } from './used-keys.ts';

test('every word on the pages comes from the texts of a language', () => {
  const pages = screens().filter(({ path }) => path.endsWith('.tsx'));
  expect(pages.length).toBeGreaterThan(100);
  expect(pages.flatMap(hardCodedText)).toEqual([]);
});

test.each([
  'const a = <p>Good morning</p>;',
  'const a = <button aria-label="Close">×</button>;',
  "const a = <Field label={wide ? 'Name' : t('name')} />;",
  'const a = <Field hint={`At most $' + '{most}`} />;',
  "const a = <p>{'Saved'}</p>;",
  "const a = <p>{busy && 'Saving'}</p>;",
  "const a = <p>{text + ' more'}</p>;",
  "const columns = [{ header: 'Name', cell: () => <b /> }];",
])('is broken by %s', (text) => {
  expect(hardCodedText(parseModule('web/ui/a.tsx', text))).not.toEqual([]);
});

test.each([
  'const a = <p>{t("greeting")} · 5 × </p>;',
  'const a = <Page title="Assent" />;',
  "const a = <p className={wide ? 'wide' : 'narrow'} id=\"main\">{t(one ? 'a.one' : 'a.two')}</p>;",
  'const a = <Icon aria-hidden />;',
])('is kept by %s', (text) => {
  expect(hardCodedText(parseModule('web/ui/a.tsx', text))).toEqual([]);
});
