import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { QuickReplyOut } from '../../src/http/schemas/desk.ts';
import { AppLink } from '../ui/link.tsx';
import { sentenceOf } from '../ui/states.tsx';
import { oneLine } from './message-plain.ts';
import type { QuickReplyChoice } from './use-quick-reply.ts';

const useStyles = makeStyles({
  panel: {
    display: 'flex',
    flexDirection: 'column',
    maxHeight: '240px',
    overflowY: 'auto',
    padding: '4px',
    borderRadius: tokens.borderRadiusMedium,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
    boxShadow: tokens.shadow8,
  },
  list: { listStyle: 'none', margin: 0, padding: 0 },
  option: {
    display: 'flex',
    gap: '8px',
    padding: '6px 8px',
    borderRadius: tokens.borderRadiusSmall,
    cursor: 'pointer',
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
  },
  active: {
    backgroundColor: tokens.colorNeutralBackground1Selected,
    boxShadow: `inset 0 0 0 1px ${tokens.colorBrandStroke1}`,
  },
  shortcut: { flexShrink: 0, fontWeight: tokens.fontWeightSemibold, minWidth: '72px' },
  text: {
    flex: 1,
    minWidth: 0,
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
    color: tokens.colorNeutralForeground2,
  },
  of: { flexShrink: 0, fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground3 },
  note: { padding: '6px 8px', fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground2 },
});

/**
 * What fits the word after the slash. The focus stays in the box, whose arrow keys move through it; `choice.listId` and
 * `choice.activeId` join the two for a screen reader.
 */
export function QuickReplyList({ choice }: { choice: QuickReplyChoice }) {
  const styles = useStyles();
  const { t } = useTranslation('chat');
  const active = useRef<HTMLLIElement>(null);
  useEffect(() => {
    // Newer browsers answer a promise, which is no way to clean up.
    void active.current?.scrollIntoView({ block: 'nearest' });
  });
  const { query, found } = choice;
  return (
    <div className={styles.panel}>
      {query.isPending && <div className={styles.note}>{t('quickReply.loading')}</div>}
      {query.isError && <div className={styles.note}>{sentenceOf(query.error)}</div>}
      {query.data !== undefined && found.length === 0 && (
        <div className={styles.note} role="status">
          {query.data.length === 0 ? t('quickReply.noneYet') : t('quickReply.noneFits')}{' '}
          {t('quickReply.escape')}{' '}
          <AppLink to="/configuration/quick-replies">{t('quickReply.manage')}</AppLink>
        </div>
      )}
      <ul
        id={choice.listId}
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: it is chosen from
        role="listbox"
        aria-label={t('quickReply.list')}
        className={styles.list}
      >
        {found.map((reply, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the text box has the keys
          // biome-ignore lint/a11y/useFocusableInteractive: the text box keeps the focus
          <li
            key={reply.id}
            id={choice.optionId(index)}
            ref={index === choice.active ? active : null}
            // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: it is chosen
            role="option"
            aria-selected={index === choice.active}
            className={mergeClasses(styles.option, index === choice.active && styles.active)}
            // Before the box loses the focus.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => choice.take(reply)}
          >
            <bdi className={styles.shortcut}>/{reply.shortcut}</bdi>
            <span className={styles.text} dir="auto">
              {oneLine(reply.text, 120)}
            </span>
            <span className={styles.of}>
              <Whose reply={reply} />
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Whose({ reply }: { reply: QuickReplyOut }) {
  const { t } = useTranslation('chat');
  if (reply.personal) return t('quickReply.own');
  return reply.team === null ? t('quickReply.everybody') : <bdi>{reply.team.name}</bdi>;
}
