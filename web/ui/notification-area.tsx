import { Toast, ToastBody, Toaster, ToastTitle, useToastController } from '@fluentui/react-components';
import { useEffect } from 'react';
import { showTold } from './notify.ts';

const toasterId = 'assent';

/** From here on the navigation stands beside the page: below it is nothing that somebody may want to press next. */
const besideNavigation = matchMedia('(min-width: 861px)');

type Props = { shell?: boolean };

/**
 * Where short results appear; the shell, or the page in another application's frame, places it once. Read out by screen
 * readers. The end of the top is where a page has its commands: they are covered only where there is no other place.
 */
export function NotificationArea({ shell = false }: Props) {
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
      {...(shell && besideNavigation.matches
        ? { position: 'bottom-start' }
        : { position: 'top-end', offset: { vertical: 56 } })}
      pauseOnHover
      pauseOnWindowBlur
    />
  );
}
