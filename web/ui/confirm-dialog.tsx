import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
} from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

type Props = {
  open: boolean;
  title: string;
  children: ReactNode;
  /** A verb: "Retire", "Send". */
  confirmLabel: string;
  onConfirm: () => void;
  onCancel: () => void;
  busy?: boolean;
  /** The button waits for a form inside to be filled. */
  disabled?: boolean;
  /** The fields inside say themselves what is wrong with them; else the browser does, in its language. */
  noValidate?: boolean;
  /** It is done, and there is nothing to cancel any more. */
  done?: boolean;
};

/**
 * Asks before something that cannot be taken back, or takes a few fields first. Escape cancels; a click beside it does not:
 * it may be the second of a double click on what opened it, and what was typed would be gone.
 */
export function ConfirmDialog({
  open,
  title,
  children,
  confirmLabel,
  onConfirm,
  onCancel,
  busy = false,
  disabled = false,
  noValidate = false,
  done = false,
}: Props) {
  const { t } = useTranslation('ui');
  return (
    <Dialog open={open} onOpenChange={(_, data) => !data.open && data.type !== 'backdropClick' && onCancel()}>
      <DialogSurface>
        <form
          noValidate={noValidate}
          onSubmit={(event) => {
            event.preventDefault();
            event.stopPropagation();
            if (!busy && !disabled) onConfirm();
          }}
        >
          <DialogBody>
            <DialogTitle>{title}</DialogTitle>
            <DialogContent>{children}</DialogContent>
            <DialogActions fluid>
              {/* The size is said: a message bar makes every button in it small, also those of a dialog that it opens. */}
              {!done && (
                <Button size="medium" onClick={onCancel}>
                  {t('dialog.cancel')}
                </Button>
              )}
              {/* Focusable: a disabled button would drop the focus, and with it the Escape that leaves the dialog. */}
              <Button type="submit" size="medium" appearance="primary" disabledFocusable={busy || disabled}>
                {busy ? t('dialog.working') : confirmLabel}
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
