import { useBlocker } from '@tanstack/react-router';
import { ConfirmDialog } from './confirm-dialog.tsx';

/** Asks before a form with unsaved changes is left, inside the app and when the tab is closed. */
export function UnsavedGuard({ dirty }: { dirty: boolean }) {
  const { proceed, reset, status } = useBlocker({
    shouldBlockFn: ({ current, next }) => dirty && current.pathname !== next.pathname,
    enableBeforeUnload: () => dirty,
    withResolver: true,
  });
  return (
    <ConfirmDialog
      open={status === 'blocked'}
      title="Leave without saving?"
      confirmLabel="Leave"
      onConfirm={() => proceed?.()}
      onCancel={() => reset?.()}
    >
      What you changed on this page is not saved yet.
    </ConfirmDialog>
  );
}
