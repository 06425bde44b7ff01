import { useBlocker } from '@tanstack/react-router';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmDialog } from './confirm-dialog.tsx';

/** Asks before a form with unsaved changes is left, inside the app and when the tab is closed. */
export function UnsavedGuard({ dirty }: { dirty: boolean }) {
  const { t } = useTranslation('ui');
  const leftFrom = useRef<Element | null>(null);
  const { proceed, reset, status } = useBlocker({
    shouldBlockFn: ({ current, next }) => {
      const blocks = dirty && current.pathname !== next.pathname;
      if (blocks) leftFrom.current = document.activeElement;
      return blocks;
    },
    enableBeforeUnload: () => dirty,
    withResolver: true,
  });
  return (
    <ConfirmDialog
      open={status === 'blocked'}
      title={t('unsaved.title')}
      confirmLabel={t('unsaved.leave')}
      onConfirm={() => proceed?.()}
      onCancel={() => {
        reset?.();
        const from = leftFrom.current;
        // Any link or the browser's own Back may have led here, so whoever stays goes back to where they were.
        if (from instanceof HTMLElement) requestAnimationFrame(() => from.focus());
      }}
    >
      {t('unsaved.text')}
    </ConfirmDialog>
  );
}
