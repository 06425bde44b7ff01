import { Toast, ToastBody, Toaster, ToastTitle, useToastController } from '@fluentui/react-components';
import { useMemo } from 'react';
import { translate } from '../i18n/i18n.ts';
import { sentenceOf } from './states.tsx';

const toasterId = 'assent';

/** Where short results appear; the shell places it once. Read out by screen readers. */
export function NotificationArea() {
  return (
    <Toaster
      toasterId={toasterId}
      position="top-end"
      offset={{ vertical: 56 }}
      pauseOnHover
      pauseOnWindowBlur
    />
  );
}

/** Tells the result of what the person just did: `success('Saved.')`, or `problem(error)` in the server's words. */
export function useNotify() {
  const { dispatchToast } = useToastController(toasterId);
  return useMemo(() => {
    const show = (intent: 'success' | 'error' | 'info', title: string, body?: string) =>
      dispatchToast(
        <Toast>
          <ToastTitle>{title}</ToastTitle>
          {body !== undefined && <ToastBody>{body}</ToastBody>}
        </Toast>,
        {
          intent,
          timeout: intent === 'error' ? 10_000 : 4_000,
          politeness: intent === 'error' ? 'assertive' : 'polite',
        },
      );
    return {
      success: (title: string, body?: string) => show('success', title, body),
      info: (title: string, body?: string) => show('info', title, body),
      problem: (error: unknown, title = translate('ui:error.didNotWork')) =>
        show('error', title, sentenceOf(error)),
    };
  }, [dispatchToast]);
}
