import { makeStyles, tokens } from '@fluentui/react-components';
import { Delete16Regular } from '@fluentui/react-icons/svg/delete';
import { Edit16Regular } from '@fluentui/react-icons/svg/edit';
import { useTranslation } from 'react-i18next';
import { Trans } from 'react-i18next/TransWithoutContext';
import type { MessageOut } from '../../src/http/schemas/chat.ts';
import { Time } from '../ui/time.tsx';
import { oneLine } from './message-plain.ts';
import { useThreadActs } from './thread-acts.ts';

const useStyles = makeStyles({
  change: {
    display: 'flex',
    gap: '6px',
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground2,
    overflowWrap: 'anywhere',
  },
  icon: { flexShrink: 0 },
});

/** What the customer did to a message afterwards. What was received first is kept as evidence, whatever they did. */
export function BubbleChanges({ message }: { message: MessageOut }) {
  const styles = useStyles();
  const { t } = useTranslation('chat');
  const { customer } = useThreadActs();
  const { edited, deletedAt } = message;
  return (
    <>
      {edited !== undefined && (
        <div className={styles.change}>
          <Edit16Regular className={styles.icon} aria-hidden />
          <span>
            <Trans
              t={t}
              i18nKey={edited.before === null ? 'changes.edited' : 'changes.editedBefore'}
              components={{
                when: <Time at={edited.at} form="on" />,
                before: <bdi>{oneLine(edited.before ?? '', 400)}</bdi>,
              }}
            />
          </span>
        </div>
      )}
      {deletedAt !== undefined && (
        <div className={styles.change}>
          <Delete16Regular className={styles.icon} aria-hidden />
          <span>
            <Trans
              t={t}
              i18nKey={
                message.text === undefined && message.media === undefined
                  ? 'changes.deleted'
                  : 'changes.deletedKept'
              }
              components={{ name: <bdi>{customer}</bdi>, when: <Time at={deletedAt} form="on" /> }}
            />
          </span>
        </div>
      )}
    </>
  );
}
