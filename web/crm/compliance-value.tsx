import { makeStyles, tokens } from '@fluentui/react-components';

const useStyles = makeStyles({ empty: { color: tokens.colorNeutralForeground2, fontStyle: 'italic' } });

/** The value of a Boolean CRM column in words: Yes, No, or empty. */
export function ComplianceValue({ value }: { value: boolean | null }) {
  const styles = useStyles();
  if (value === null) return <span className={styles.empty}>Empty</span>;
  return <span>{value ? 'Yes' : 'No'}</span>;
}
