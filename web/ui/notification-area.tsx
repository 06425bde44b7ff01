import { Toast, ToastBody, Toaster, ToastTitle, useToastController } from '@fluentui/react-components';
import { useEffect } from 'react';
import { showTold } from './notify.ts';

const toasterId = 'assent';

/** Where short results appear; the shell places it once. Read out by screen readers. */
export function NotificationArea() {
  const { dispatchToast } = useToastController(toasterId);
  useEffect(
    () =>
      showTold(({ intent, title, body }) =>
        dispatchToast(
          <Toast>
            <ToastTitle>{title}</ToastTitle>
            {body !== undefined && <ToastBody>{body}</ToastBody>}
          </Toast>,
          {
            intent,
            timeout: intent === 'error' ? 10_000 : 4_000,
            politeness: intent === 'error' ? 'assertive' : 'polite',
            // There is nothing to act on in it, and Fluent's own handling of Tab would hold the focus there.
            root: { tabIndex: -1 },
          },
        ),
      ),
    [dispatchToast],
  );
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
