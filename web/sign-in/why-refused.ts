import { useTranslation } from 'react-i18next';
import { ApiProblem } from '../ui/api.ts';
import { sentenceOf } from '../ui/states.tsx';
import { localTime } from '../ui/time.tsx';

/** Why a sign-in was refused. One sentence for a wrong address and a wrong password: it must not tell who is here. */
export function useWhyRefused(): (error: unknown) => string {
  const { t } = useTranslation('people');
  return (error) => {
    if (!(error instanceof ApiProblem)) return sentenceOf(error);
    if (error.code === 'wrong-credentials') return t('signIn.wrong');
    if (error.code === 'locked' && error.until !== null)
      return t('signIn.locked', { until: localTime(error.until) });
    return sentenceOf(error);
  };
}
