import { makeStyles, tokens } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';

const useStyles = makeStyles({ empty: { color: tokens.colorNeutralForeground2, fontStyle: 'italic' } });

/** The value of a Boolean CRM column in words: Yes, No, or empty. */
export function ComplianceValue({ value }: { value: boolean | null }) {
  const { t } = useTranslation('crm');
  const styles = useStyles();
  if (value === null) return <span className={styles.empty}>{t('value.empty')}</span>;
  return <span>{value ? t('value.yes') : t('value.no')}</span>;
}
