import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  Input,
  MessageBar,
  MessageBarBody,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CopyButton } from '../ui/copy-button.tsx';

const useStyles = makeStyles({
  box: { display: 'flex', flexDirection: 'column', gap: '12px' },
  row: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: '8px' },
  value: {
    flex: '1 1 240px',
    minWidth: 0,
    '& input': { fontFamily: tokens.fontFamilyMonospace, direction: 'ltr' },
  },
});

type Props = {
  title: string;
  label: string;
  value: string;
  copyLabel: string;
  hint: string;
  onClose: () => void;
};

/**
 * Something that is shown this once: to select and to copy, with what to do with it. The server keeps only its hash, so
 * until it was copied nothing but the button below it closes it: an Escape too many would lose it.
 */
export function SecretDialog({ title, label, value, copyLabel, hint, onClose }: Props) {
  const { t } = useTranslation('people');
  const styles = useStyles();
  const [copied, setCopied] = useState(false);
  const onCopied = () => setCopied(true);
  return (
    <Dialog open modalType="alert" onOpenChange={(_, data) => !data.open && copied && onClose()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{title}</DialogTitle>
          <DialogContent>
            <div className={styles.box}>
              <Field label={label} hint={hint}>
                <div className={styles.row}>
                  <Input
                    className={styles.value}
                    aria-label={label}
                    readOnly
                    value={value}
                    onFocus={(event) => event.currentTarget.select()}
                    onCopy={onCopied}
                  />
                  <CopyButton text={value} label={copyLabel} onCopied={onCopied} />
                </div>
              </Field>
              <MessageBar intent="warning" layout="multiline">
                <MessageBarBody>{t('links.once')}</MessageBarBody>
              </MessageBar>
            </div>
          </DialogContent>
          <DialogActions>
            <Button appearance="primary" onClick={onClose}>
              {t('links.done')}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
