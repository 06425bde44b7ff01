import { expect } from 'vitest';

/** Modules of the pages are tested with all English words loaded, as a page has those it says. */
if (expect.getState().testPath?.includes('/web/') === true) {
  const { default: english } = await import('../../web/i18n/en/words.ts');
  await import('../../web/i18n/i18n.ts');
  const { needWords } = await import('../../web/i18n/words.ts');
  await needWords(...(Object.keys(english) as (keyof typeof english)[]));
}
