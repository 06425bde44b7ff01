import {
  Button,
  Menu,
  MenuDivider,
  MenuGroup,
  MenuGroupHeader,
  MenuItemLink,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  mergeClasses,
  useRestoreFocusTarget,
} from '@fluentui/react-components';
import { MoreHorizontal20Regular } from '@fluentui/react-icons/svg/more-horizontal';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ConversationOut } from '../../src/http/schemas/chat.ts';
import { withQuery } from '../ui/api.ts';
import { later } from '../ui/later.tsx';
import { useFollow } from '../ui/link.tsx';
import { MayButton, MayMenuItem, useWhyNot } from '../ui/may.tsx';
import { downloading } from '../ui/own-file.ts';
import type { Asking } from './conversation-dialogs.tsx';
import { useDesk } from './desk-actions.ts';
import { useWriteNote } from './note-switch.tsx';
import { useDeskReason } from './owner-reason.ts';
import type { ReasonedAct } from './reason-dialog.tsx';
import { recordAddress } from './record-address.ts';
import { useShared } from './use-shared.ts';

const useStyles = makeStyles({
  commands: { display: 'flex', alignItems: 'center', gap: '8px', flexShrink: 0 },
  wide: { '@media (max-width: 1100px)': { display: 'none' } },
  narrow: { '@media (min-width: 1101px)': { display: 'none' } },
});

const ConversationDialogs = later(
  async () => (await import('./conversation-dialogs.tsx')).ConversationDialogs,
  { words: ['dialogs'], onMissing: ({ onClose }) => onClose() },
);

type Props = {
  conversation: ConversationOut;
  /** Beside a record there is room for the menu alone. */
  onRecord: boolean;
};

/** What can be done about a chat and its customer. What is used most stands open where there is room. */
export function ConversationMenu({ conversation, onRecord }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('desk');
  const returnFocus = useRestoreFocusTarget();
  const desk = useDesk(conversation);
  const whyNot = useDeskReason(conversation);
  const [asking, setAsking] = useState<Asking | null>(null);
  const closed = conversation.status === 'closed';
  const narrow = onRecord ? '' : styles.narrow;
  const toggle = () => void desk.act({ do: closed ? 'reopen' : 'close' });
  const toggleReason = whyNot(closed ? 'reopen' : 'close');
  return (
    <div className={styles.commands}>
      {!onRecord && (
        <>
          <MayButton
            {...returnFocus}
            className={styles.wide}
            right="assign"
            reason={whyNot('assign')}
            onClick={() => setAsking({ dialog: 'assign' })}
          >
            {t('act.assign')}
          </MayButton>
          <MayButton
            className={styles.wide}
            right="chat"
            reason={toggleReason}
            disabledFocusable={desk.doing !== null}
            onClick={toggle}
          >
            {t(closed ? 'act.reopen' : 'act.close')}
          </MayButton>
        </>
      )}
      <Menu>
        <MenuTrigger disableButtonEnhancement>
          <Button
            {...returnFocus}
            appearance="subtle"
            icon={<MoreHorizontal20Regular />}
            aria-label={t('menu.label')}
          />
        </MenuTrigger>
        <MenuPopover>
          <MenuList>
            <MayMenuItem
              className={mergeClasses(narrow)}
              right="assign"
              reason={whyNot('assign')}
              onClick={() => setAsking({ dialog: 'assign' })}
            >
              {t('act.assign')}
            </MayMenuItem>
            <MayMenuItem className={mergeClasses(narrow)} right="chat" reason={toggleReason} onClick={toggle}>
              {t(closed ? 'act.reopen' : 'act.close')}
            </MayMenuItem>
            <DeskItems conversation={conversation} onAsk={setAsking} />
            <MenuDivider />
            <ConsentItems conversation={conversation} onAsk={setAsking} />
          </MenuList>
        </MenuPopover>
      </Menu>
      {asking !== null && (
        <ConversationDialogs conversation={conversation} asking={asking} onClose={() => setAsking(null)} />
      )}
    </div>
  );
}

type ItemProps = { conversation: ConversationOut; onAsk: (asking: Asking) => void };

function DeskItems({ conversation, onAsk }: ItemProps): ReactElement {
  const { t } = useTranslation('desk');
  const whyNot = useDeskReason(conversation);
  const writeNote = useWriteNote();
  const { owner, blocked } = conversation;
  const ask = (act: ReasonedAct['ask']) => onAsk({ dialog: 'reason', act: { ask: act } });
  return (
    <>
      {writeNote !== null && (
        <MayMenuItem right="chat" onClick={writeNote}>
          {t('act.note')}
        </MayMenuItem>
      )}
      <MayMenuItem right="chat" reason={whyNot('discuss')} onClick={() => onAsk({ dialog: 'discuss' })}>
        {t('act.discuss')}
      </MayMenuItem>
      <MayMenuItem right="assign" reason={whyNot('team')} onClick={() => onAsk({ dialog: 'team' })}>
        {t('act.team')}
      </MayMenuItem>
      {owner !== null && (
        <MayMenuItem right="chat" reason={whyNot('release')} onClick={() => ask('release')}>
          {t('act.release')}
        </MayMenuItem>
      )}
      <MayMenuItem right="block" onClick={() => ask(blocked ? 'unblock' : 'block')}>
        {t(blocked ? 'act.unblock' : 'act.block')}
      </MayMenuItem>
    </>
  );
}

function ConsentItems({ conversation, onAsk }: ItemProps): ReactElement {
  const { t } = useTranslation('desk');
  const { contactPoint, records } = conversation;
  const [record] = records;
  const history = record === undefined ? null : `${recordAddress(record)}#consent`;
  const followHistory = useFollow(history ?? '');
  const mayExport = useWhyNot('export');
  const share = useShared(conversation);
  const evidence = withQuery('/api/consent-export', { conversationId: conversation.id });
  return (
    <MenuGroup>
      <MenuGroupHeader>{t('menu.consent')}</MenuGroupHeader>
      {history !== null && (
        <MenuItemLink href={history} onClick={followHistory}>
          {t('menu.history')}
        </MenuItemLink>
      )}
      {mayExport === null ? (
        <MenuItemLink href={evidence} download {...downloading(evidence)}>
          {t('menu.export')}
        </MenuItemLink>
      ) : (
        <MayMenuItem right="export">{t('menu.export')}</MayMenuItem>
      )}
      <MayMenuItem right="record-refusal" onClick={() => onAsk({ dialog: 'refusal' })}>
        {t('menu.refusal')}
      </MayMenuItem>
      <MayMenuItem right="record-grant" onClick={() => onAsk({ dialog: 'grant' })}>
        {t('menu.grant')}
      </MayMenuItem>
      <MayMenuItem right="record-refusal" onClick={() => share(!contactPoint.shared)}>
        {t(contactPoint.shared ? 'menu.notShared' : 'menu.shared')}
      </MayMenuItem>
      <MayMenuItem right="erase-customers" onClick={() => onAsk({ dialog: 'erase' })}>
        {t('act.erase')}
      </MayMenuItem>
    </MenuGroup>
  );
}
