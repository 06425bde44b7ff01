import { makeStyles, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { Problem } from '../../src/http/schemas/common.ts';
import type { MessageTemplateOut } from '../../src/http/schemas/templates.ts';
import { answerOf, api } from '../ui/api.ts';
import { goToProblems, ProblemList } from '../ui/problem-list.tsx';
import { keys } from '../ui/queries.ts';
import { withAddress } from './publish-fix.ts';
import { messageTemplatePath } from './queries.ts';

/** At the end of the address of a template that was just made and could not be published: what stands in the way is gone to. */
export const PROBLEMS = 'problems';

type Check = { problems: NonNullable<Problem['problems']> };

const useStyles = makeStyles({ saved: { color: tokens.colorNeutralForeground2 } });

type Props = {
  template: MessageTemplateOut;
  /** The form differs from what is saved: what it says now is not what was checked. */
  dirty: boolean;
};

/** What publishing would say now about the saved state, all at once, each with the place where it is mended. */
export function PublishProblems({ template, dirty }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('configuration');
  const check = useQuery({
    queryKey: keys.templateCheck(template.id),
    queryFn: ({ signal }) =>
      api.post(`${messageTemplatePath(template.id)}/check`, {}, answerOf<Check>(), { signal }),
  });
  const wanted = useLocation({ select: ({ hash }) => hash === PROBLEMS });
  const { isSuccess } = check;
  useEffect(() => {
    if (wanted && isSuccess) goToProblems();
  }, [wanted, isSuccess]);
  const { recordType } = template.draft ?? template;
  const unpublished = template.status === 'draft' || template.draft !== null;
  const problems = check.data?.problems ?? [];
  return (
    <>
      <ProblemList
        title={unpublished ? t('publish.notYet') : t('publish.doesNotWork')}
        problems={problems.map((problem) => withAddress(problem, recordType))}
      />
      {dirty && problems.length > 0 && <p className={styles.saved}>{t('publish.ofSaved')}</p>}
    </>
  );
}
