import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { Edit16Regular } from '@fluentui/react-icons/svg/edit';
import { Eye16Regular } from '@fluentui/react-icons/svg/eye';
import { useTranslation } from 'react-i18next';
import { usePresent } from './presence.ts';
import type { Present } from './presence-state.ts';

const useStyles = makeStyles({
  line: {
    display: 'flex',
    alignItems: 'center',
    gap: '4px',
    minWidth: 0,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground2,
  },
  typing: { color: tokens.colorBrandForeground1, fontWeight: tokens.fontWeightSemibold },
  text: { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
  icon: { display: 'inline-flex', flexShrink: 0 },
});

/** One sentence for those who are there: who types, or else who looks. */
export function usePresenceText(present: readonly Present[]): string {
  const { t } = useTranslation('desk');
  const typing = present.filter((person) => person.typing);
  const [first] = typing.length > 0 ? typing : present;
  if (first === undefined) return '';
  const others = (typing.length > 0 ? typing : present).length - 1;
  const key = typing.length > 0 ? 'typing' : 'viewing';
  return others === 0
    ? t(`presence.${key}`, { name: first.name })
    : t(`presence.${key}More`, { name: first.name, count: others });
}

type Props = {
  conversationId: string;
  /** In a list nobody wants every row read out. */
  quiet?: boolean;
};

/** "Maria is typing an answer": beside the composer, so that two never answer at once. Read out when it changes. */
export function PresenceLine({ conversationId, quiet = false }: Props) {
  const styles = useStyles();
  const present = usePresent(conversationId);
  const text = usePresenceText(present);
  const typing = present[0]?.typing === true;
  return (
    <span className={mergeClasses(styles.line, typing && styles.typing)} role={quiet ? undefined : 'status'}>
      {text !== '' && (
        <span className={styles.icon} aria-hidden>
          {typing ? <Edit16Regular /> : <Eye16Regular />}
        </span>
      )}
      <span className={styles.text} title={text}>
        {text}
      </span>
    </span>
  );
}
