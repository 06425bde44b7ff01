import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Problem } from '../../src/http/schemas/common.ts';
import type { MessageTemplateOut } from '../../src/http/schemas/templates.ts';
import { answerOf, api } from '../ui/api.ts';
import { ProblemList } from '../ui/problem-list.tsx';
import { keys } from '../ui/queries.ts';
import { withAddress } from './publish-fix.ts';
import { messageTemplatePath } from './queries.ts';

type Check = { problems: NonNullable<Problem['problems']> };

/** What publishing would say now about the saved state, all at once, each with the place where it is mended. */
export function PublishProblems({ template }: { template: MessageTemplateOut }) {
  const { t } = useTranslation('configuration');
  const check = useQuery({
    queryKey: keys.templateCheck(template.id),
    queryFn: ({ signal }) =>
      api.post(`${messageTemplatePath(template.id)}/check`, {}, answerOf<Check>(), { signal }),
  });
  const { recordType } = template.draft ?? template;
  const unpublished = template.status === 'draft' || template.draft !== null;
  return (
    <ProblemList
      title={unpublished ? t('publish.notYet') : t('publish.doesNotWork')}
      problems={(check.data?.problems ?? []).map((problem) => withAddress(problem, recordType))}
    />
  );
}
