import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { Checkmark16Regular } from '@fluentui/react-icons/svg/checkmark';
import { Clock16Regular } from '@fluentui/react-icons/svg/clock';
import { DismissCircle16Regular } from '@fluentui/react-icons/svg/dismiss-circle';
import { ErrorCircle16Regular } from '@fluentui/react-icons/svg/error-circle';
import { QuestionCircle16Regular } from '@fluentui/react-icons/svg/question-circle';
import { Search16Regular } from '@fluentui/react-icons/svg/search';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ConversationOut, MessageStatusName } from '../../src/http/schemas/chat.ts';

const useStyles = makeStyles({
  line: {
    display: 'flex',
    alignItems: 'center',
    gap: '4px',
    minWidth: 0,
    color: tokens.colorNeutralForeground2,
  },
  text: { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
  unread: { color: tokens.colorNeutralForeground1, fontWeight: tokens.fontWeightSemibold },
  mark: { display: 'inline-flex', flexShrink: 0 },
  double: { display: 'inline-flex', '& > svg + svg': { marginInlineStart: '-11px' } },
  read: { color: tokens.colorBrandForeground1 },
  failed: { color: tokens.colorPaletteRedForeground1 },
});

const twice = (
  <>
    <Checkmark16Regular />
    <Checkmark16Regular />
  </>
);
const MARKS: Record<MessageStatusName, ReactElement> = {
  queued: <Clock16Regular />,
  'handing-over': <Clock16Regular />,
  sent: <Checkmark16Regular />,
  delivered: twice,
  read: twice,
  failed: <ErrorCircle16Regular />,
  cancelled: <DismissCircle16Regular />,
  unconfirmed: <QuestionCircle16Regular />,
};

const isMarked = (status: string | null | undefined): status is MessageStatusName =>
  typeof status === 'string' && Object.hasOwn(MARKS, status);

/** The newest message in one line; where a search found an older one, that. Ours carry how they stand. */
export function RowSnippet({ conversation }: { conversation: ConversationOut }) {
  const styles = useStyles();
  const { t } = useTranslation('desk');
  const { lastMessage, lastMessageAt, unread, match } = conversation;
  if (match !== undefined)
    return (
      <span className={styles.line}>
        <span className={styles.mark}>
          <Search16Regular role="img" aria-hidden={false} aria-label={t('row.found')} />
        </span>
        <span className={styles.text} dir="auto">
          {match.text}
        </span>
      </span>
    );
  const status = lastMessage?.status;
  const ours = lastMessage?.direction === 'out' && isMarked(status) ? status : null;
  return (
    <span className={styles.line}>
      {ours !== null && (
        <span
          role="img"
          aria-label={t(`row.ours.${ours}`)}
          title={t(`row.ours.${ours}`)}
          className={mergeClasses(
            styles.mark,
            styles.double,
            ours === 'read' && styles.read,
            (ours === 'failed' || ours === 'cancelled') && styles.failed,
          )}
        >
          {MARKS[ours]}
        </span>
      )}
      <span className={mergeClasses(styles.text, unread > 0 && styles.unread)} dir="auto">
        {lastMessage?.text ?? t(lastMessageAt === null ? 'row.noMessages' : 'row.noText')}
      </span>
    </span>
  );
}
