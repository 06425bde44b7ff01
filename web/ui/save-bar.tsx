import { Button, makeStyles, tokens } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

const useStyles = makeStyles({
  bar: {
    position: 'sticky',
    bottom: 0,
    zIndex: 2,
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: '8px',
    padding: '12px 0',
    backgroundColor: tokens.colorNeutralBackground1,
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    // All commands in one row of a phone.
    '@media (max-width: 640px)': { '& button': { flex: '1 1 auto', minWidth: 0, paddingInline: '8px' } },
  },
  note: {
    color: tokens.colorNeutralForeground2,
    flex: '1 1 160px',
    '@media (max-width: 640px)': { flexBasis: '100%' },
  },
});

type Props = {
  dirty: boolean;
  busy: boolean;
  onDiscard: () => void;
  /** What Save waits for, as a sentence; null when it waits for nothing. */
  blocked?: string | null;
  /** Between the note and Discard, and after Save. */
  children?: ReactNode;
  after?: ReactNode;
  saveLabel?: string;
};

/** The form's commands, in sight however long the form is. Save submits the form around it. */
export function SaveBar({ dirty, busy, onDiscard, blocked = null, children, after, saveLabel }: Props) {
  const { t } = useTranslation('ui');
  const styles = useStyles();
  return (
    <div className={styles.bar}>
      <span className={styles.note} role="status">
        {busy ? t('save.busy') : (blocked ?? (dirty ? t('save.dirty') : t('save.clean')))}
      </span>
      {children}
      <Button onClick={onDiscard} disabledFocusable={!dirty || busy}>
        {t('save.discard')}
      </Button>
      <Button
        type="submit"
        appearance={after === undefined ? 'primary' : 'secondary'}
        disabledFocusable={busy || !dirty || blocked !== null}
      >
        {saveLabel ?? t('save.save')}
      </Button>
      {after}
    </div>
  );
}
