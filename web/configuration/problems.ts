import { serverText } from '../i18n/server-text.ts';
import { ApiProblem } from '../ui/api.ts';
import type { ShownProblem } from '../ui/problem-list.tsx';
import { sentenceOf } from '../ui/states.tsx';

/** What a refused save says, as a list: the server's problems, or its one sentence. */
export function problemsOf(error: unknown): ShownProblem[] {
  if (error === null || error === undefined) return [];
  if (error instanceof ApiProblem && error.problems.length > 0) {
    // A field of the request is named `body.name` there and `name` here.
    return error.problems.map(({ path, ...problem }) => ({ ...problem, path: path?.replace(/^body\./, '') }));
  }
  const code = error instanceof ApiProblem ? error.code : 'error';
  return [{ code, message: sentenceOf(error) }];
}

/** The sentence that belongs to one field; `path` is the field's name, or starts with it (`phoneColumns.0`). */
export function problemAt(problems: ShownProblem[], field: string): string | undefined {
  const problem = problems.find(({ path }) => path === field || path?.startsWith(`${field}.`));
  return problem === undefined ? undefined : serverText({ ...problem, text: problem.message });
}
