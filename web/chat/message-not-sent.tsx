import { Button, MessageBar, MessageBarActions, MessageBarBody } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { ApiProblem } from '../ui/api.ts';
import { sentenceOf } from '../ui/states.tsx';
import { isUncertain } from './use-send.ts';

type Props = { error: unknown; mayRetry: boolean; onRetry: () => void };

/** Why what was written is still here, and that trying again is safe. */
export function MessageNotSent({ error, mayRetry, onRetry }: Props) {
  const { t } = useTranslation('chat');
  const offline = error instanceof ApiProblem && error.code === 'network' && !navigator.onLine;
  return (
    <MessageBar intent="error" layout="multiline" role="alert">
      <MessageBarBody>
        {offline ? t('box.offline') : sentenceOf(error)} {t('box.textKept')}{' '}
        {isUncertain(error) && t('box.neverTwice')}
      </MessageBarBody>
      <MessageBarActions>
        <Button disabledFocusable={!mayRetry} onClick={onRetry}>
          {t('box.tryAgain')}
        </Button>
      </MessageBarActions>
    </MessageBar>
  );
}
