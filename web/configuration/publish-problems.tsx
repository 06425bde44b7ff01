import { useQuery } from '@tanstack/react-query';
import { z } from 'zod';
import { Problem } from '../../src/http/schemas/common.ts';
import type { MessageTemplateOut } from '../../src/http/schemas/templates.ts';
import { api } from '../ui/api.ts';
import { ProblemList } from '../ui/problem-list.tsx';
import { keys } from '../ui/queries.ts';
import { withAddress } from './publish-fix.ts';
import { messageTemplatePath } from './queries.ts';

const Check = z.object({ problems: Problem.shape.problems.unwrap() });

/** What publishing would say now about the saved state, all at once, each with the place where it is mended. */
export function PublishProblems({ template }: { template: MessageTemplateOut }) {
  const check = useQuery({
    queryKey: keys.templateCheck(template.id),
    queryFn: ({ signal }) => api.post(`${messageTemplatePath(template.id)}/check`, {}, Check, { signal }),
  });
  const { recordType } = template.draft ?? template;
  const unpublished = template.status === 'draft' || template.draft !== null;
  return (
    <ProblemList
      title={unpublished ? 'It cannot be published yet' : 'It does not work as it is'}
      problems={(check.data?.problems ?? []).map((problem) => withAddress(problem, recordType))}
    />
  );
}
