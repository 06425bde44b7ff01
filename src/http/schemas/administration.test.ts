import { expect, test } from 'vitest';
import { SettingsPatch } from './administration.ts';

test.each(['en', 'fil', 'pt_BR', 'zh_CN'])('%s is a language as WhatsApp has them', (defaultLanguage) => {
  expect(SettingsPatch.safeParse({ defaultLanguage }).success).toBe(true);
});

test.each(['English!!', 'EN', 'pt-BR', 'e', 'en_'])('%s is none', (defaultLanguage) => {
  expect(SettingsPatch.safeParse({ defaultLanguage }).error?.issues).toMatchObject([
    {
      code: 'invalid_format',
      message: 'Give the code of a language as WhatsApp has it, for example en or pt_BR.',
    },
  ]);
});
