import { Field, Input, MessageBar, MessageBarBody, makeStyles, tokens } from '@fluentui/react-components';
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

type Props = { label: string; value: string; copyLabel: string; hint: string };

/** Something that is shown this once: to select and to copy, with what to do with it. */
export function Secret({ label, value, copyLabel, hint }: Props) {
  const { t } = useTranslation('people');
  const styles = useStyles();
  return (
    <div className={styles.box}>
      <Field label={label} hint={hint}>
        <div className={styles.row}>
          <Input
            className={styles.value}
            aria-label={label}
            readOnly
            value={value}
            onFocus={(event) => event.currentTarget.select()}
          />
          <CopyButton text={value} label={copyLabel} />
        </div>
      </Field>
      <MessageBar intent="warning" layout="multiline">
        <MessageBarBody>{t('links.once')}</MessageBarBody>
      </MessageBar>
    </div>
  );
}
