import {
  Field,
  Input,
  MessageBar,
  MessageBarBody,
  makeStyles,
  Select,
  Textarea,
  tokens,
} from '@fluentui/react-components';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  fillQuickReply,
  QUICK_REPLY_VARIABLES,
  quickReplyValues,
  unknownVariables,
} from '../../src/core/quick-reply.ts';
import type { QuickReplyOut } from '../../src/http/schemas/desk.ts';
import { listOf } from '../i18n/locale.ts';
import { answerOf, api } from '../ui/api.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { useWhyNot } from '../ui/may.tsx';
import { useMe } from '../ui/me.tsx';
import { useNotify } from '../ui/notify.ts';
import { keys } from '../ui/queries.ts';
import { sentenceOf } from '../ui/states.tsx';
import { WhatsAppText } from '../ui/whatsapp-text.tsx';
import { quickReplyPath, useTeamChoices } from './queries.ts';

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', gap: '12px' },
  preview: {
    padding: '8px 12px',
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground3,
    maxHeight: '160px',
    overflowY: 'auto',
  },
});

/** What may stand after the slash; as the server has it. */
const SHORTCUT = /^[\p{L}\p{N}_-]{1,32}$/u;
const LONGEST = 4096;
const OWN = 'own';
const EVERYBODY = 'everybody';

/** Makes or changes one quick reply. What others use too needs a right more; one's own never does. */
export function QuickReplyForm({ reply, onClose }: { reply: QuickReplyOut | null; onClose: () => void }) {
  const styles = useStyles();
  const { t } = useTranslation('quick-replies');
  const me = useMe();
  const client = useQueryClient();
  const notify = useNotify();
  const teams = useTeamChoices();
  const whyOnlyOwn = useWhyNot('manage-templates');
  const [shortcut, setShortcut] = useState(reply?.shortcut ?? '');
  const [text, setText] = useState(reply?.text ?? '');
  const [whose, setWhose] = useState(reply === null || reply.personal ? OWN : (reply.team?.id ?? EVERYBODY));
  const name = shortcut.trim().replace(/^\//, '');
  const wrongName = name !== '' && !SHORTCUT.test(name);
  const unknown = unknownVariables(text);
  const save = useMutation({
    mutationFn: () => {
      const body = {
        shortcut: name,
        text: text.trim(),
        personal: whose === OWN,
        team: whose === OWN || whose === EVERYBODY ? null : whose,
      };
      return reply === null
        ? api.post('/api/quick-replies', body, answerOf<QuickReplyOut>())
        : api.patch(quickReplyPath(reply.id), body, answerOf<QuickReplyOut>());
    },
    onSuccess: (saved) => {
      void client.invalidateQueries({ queryKey: keys.quickReplies() });
      notify.success(t('saved', { shortcut: saved.shortcut }));
      onClose();
    },
  });
  return (
    <ConfirmDialog
      open
      title={reply === null ? t('new') : t('editOne', { shortcut: reply.shortcut })}
      confirmLabel={t('save')}
      busy={save.isPending}
      disabled={name === '' || wrongName || text.trim() === '' || unknown.length > 0}
      onConfirm={() => save.mutate()}
      onCancel={onClose}
    >
      <div className={styles.form}>
        <Field
          label={t('shortcut')}
          hint={t('shortcutHint')}
          validationMessage={wrongName ? t('shortcutWrong') : null}
          required
        >
          <Input
            contentBefore="/"
            value={shortcut}
            maxLength={33}
            onChange={(_, data) => setShortcut(data.value)}
          />
        </Field>
        <Field
          label={t('text')}
          hint={t('textHint', {
            variables: listOf(QUICK_REPLY_VARIABLES.map((one) => `{${one}}`)),
          })}
          validationState={unknown.length === 0 ? 'none' : 'error'}
          validationMessage={
            unknown.length === 0
              ? null
              : t('unknownVariables', { variables: listOf(unknown.map((one) => `{${one}}`)) })
          }
          required
        >
          <Textarea
            value={text}
            rows={5}
            maxLength={LONGEST}
            resize="vertical"
            dir="auto"
            onChange={(_, data) => setText(data.value)}
          />
        </Field>
        {text.trim() !== '' && (
          <Field label={t('preview')}>
            <div className={styles.preview}>
              <WhatsAppText>
                {fillQuickReply(text, quickReplyValues(t('exampleCustomer'), me.name))}
              </WhatsAppText>
            </div>
          </Field>
        )}
        <Field label={t('whose')} hint={whyOnlyOwn === null ? null : t('onlyOwn', { reason: whyOnlyOwn })}>
          <Select value={whose} onChange={(_, data) => setWhose(data.value)}>
            <option value={OWN}>{t('onlyMine')}</option>
            <option value={EVERYBODY} disabled={whyOnlyOwn !== null}>
              {t('everybodys')}
            </option>
            {teams.map((team) => (
              <option key={team.id} value={team.id} disabled={whyOnlyOwn !== null}>
                {t('ofTeam', { name: team.name })}
              </option>
            ))}
          </Select>
        </Field>
        {save.isError && (
          <MessageBar intent="error" layout="multiline" role="alert">
            <MessageBarBody>{sentenceOf(save.error)}</MessageBarBody>
          </MessageBar>
        )}
      </div>
    </ConfirmDialog>
  );
}
