import { Badge, Button, makeStyles, SearchBox, useRestoreFocusTarget } from '@fluentui/react-components';
import { Add20Regular } from '@fluentui/react-icons/svg/add';
import { Delete20Regular } from '@fluentui/react-icons/svg/delete';
import { Edit20Regular } from '@fluentui/react-icons/svg/edit';
import { Flash24Regular } from '@fluentui/react-icons/svg/flash';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { matchingReplies } from '../../src/core/quick-reply.ts';
import type { QuickReplyOut } from '../../src/http/schemas/desk.ts';
import { api } from '../ui/api.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { Explained, Needing, useWhyNot } from '../ui/may.tsx';
import { useNotify } from '../ui/notify.ts';
import { Page, PageHeader } from '../ui/page.tsx';
import { keys } from '../ui/queries.ts';
import { EmptyState, Loaded } from '../ui/states.tsx';
import { quickReplyPath, useQuickReplies } from './queries.ts';
import { QuickReplyForm } from './quick-reply-form.tsx';

const useStyles = makeStyles({
  search: { width: '100%', maxWidth: '360px' },
  text: {
    display: '-webkit-box',
    WebkitBoxOrient: 'vertical',
    WebkitLineClamp: 2,
    overflow: 'hidden',
    whiteSpace: 'pre-line',
  },
  actions: { display: 'flex', gap: '4px', justifyContent: 'flex-end' },
});

type Shown = { what: 'new' } | { what: 'edit' | 'delete'; reply: QuickReplyOut };

/** Configuration → Quick replies: the texts that `/` offers in the message box, one's own and those of all. */
export function QuickRepliesPage() {
  const { t } = useTranslation('quick-replies');
  return (
    <Needing right="chat" title={t('title')}>
      <QuickReplies />
    </Needing>
  );
}

function QuickReplies() {
  const styles = useStyles();
  const { t } = useTranslation('quick-replies');
  const replies = useQuickReplies();
  const returnFocus = useRestoreFocusTarget();
  const [shown, setShown] = useState<Shown | null>(null);
  const [search, setSearch] = useState('');
  const close = () => setShown(null);
  const create = (
    <Button
      {...returnFocus}
      appearance="primary"
      icon={<Add20Regular />}
      onClick={() => setShown({ what: 'new' })}
    >
      {t('new')}
    </Button>
  );
  return (
    <Page>
      <PageHeader title={t('title')} description={t('description')} commands={create} />
      <Loaded query={replies}>
        {(list) => {
          if (list.length === 0)
            return (
              <EmptyState icon={<Flash24Regular />} title={t('none')}>
                {t('noneText')}
              </EmptyState>
            );
          const found = matchingReplies(list, search.trim().replace(/^\//, ''));
          return (
            <>
              <SearchBox
                className={styles.search}
                aria-label={t('search')}
                placeholder={t('search')}
                value={search}
                onChange={(_, data) => setSearch(data.value)}
              />
              {found.length === 0 ? (
                <EmptyState title={t('noneFits')} />
              ) : (
                <ReplyTable replies={found} onShow={setShown} />
              )}
            </>
          );
        }}
      </Loaded>
      {shown?.what === 'new' && <QuickReplyForm reply={null} onClose={close} />}
      {shown?.what === 'edit' && <QuickReplyForm reply={shown.reply} onClose={close} />}
      {shown?.what === 'delete' && <DeleteReply reply={shown.reply} onClose={close} />}
    </Page>
  );
}

function ReplyTable({ replies, onShow }: { replies: QuickReplyOut[]; onShow: (shown: Shown) => void }) {
  const { t } = useTranslation('quick-replies');
  const styles = useStyles();
  const columns: Column<QuickReplyOut>[] = [
    { header: t('shortcut'), width: '20%', cell: ({ shortcut }) => <bdi>/{shortcut}</bdi> },
    {
      header: t('text'),
      cell: ({ text }) => (
        <span className={styles.text} dir="auto">
          {text}
        </span>
      ),
    },
    {
      header: t('whose'),
      width: '18%',
      cell: (reply) => (
        <Badge appearance="outline" color="informative">
          {reply.personal
            ? t('onlyMine')
            : reply.team === null
              ? t('everybodys')
              : t('ofTeam', { name: reply.team.name })}
        </Badge>
      ),
    },
    {
      header: t('actions'),
      width: '120px',
      align: 'end',
      cell: (reply) => <Actions reply={reply} onShow={onShow} />,
    },
  ];
  return <DataTable label={t('title')} columns={columns} rows={replies} rowKey={({ id }) => id} />;
}

function Actions({ reply, onShow }: { reply: QuickReplyOut; onShow: (shown: Shown) => void }) {
  const { t } = useTranslation('quick-replies');
  const styles = useStyles();
  const returnFocus = useRestoreFocusTarget();
  const missing = useWhyNot('manage-templates');
  const reason = reply.mayEdit ? null : missing;
  return (
    <span className={styles.actions}>
      <Explained reason={reason}>
        <Button
          {...returnFocus}
          appearance="subtle"
          icon={<Edit20Regular />}
          disabledFocusable={!reply.mayEdit}
          aria-label={t('editOne', { shortcut: reply.shortcut })}
          onClick={() => onShow({ what: 'edit', reply })}
        />
      </Explained>
      <Explained reason={reason}>
        <Button
          {...returnFocus}
          appearance="subtle"
          icon={<Delete20Regular />}
          disabledFocusable={!reply.mayEdit}
          aria-label={t('deleteOne', { shortcut: reply.shortcut })}
          onClick={() => onShow({ what: 'delete', reply })}
        />
      </Explained>
    </span>
  );
}

function DeleteReply({ reply, onClose }: { reply: QuickReplyOut; onClose: () => void }) {
  const { t } = useTranslation('quick-replies');
  const client = useQueryClient();
  const notify = useNotify();
  const { shortcut } = reply;
  const remove = useMutation({
    mutationFn: () => api.delete(quickReplyPath(reply.id)),
    onSuccess: () => {
      notify.success(t('deleted', { shortcut }));
      onClose();
    },
    onError: (error) => notify.problem(error),
    onSettled: () => void client.invalidateQueries({ queryKey: keys.quickReplies() }),
  });
  return (
    <ConfirmDialog
      open
      title={t('deleteOne', { shortcut })}
      confirmLabel={t('delete')}
      busy={remove.isPending}
      onConfirm={() => remove.mutate()}
      onCancel={onClose}
    >
      {reply.personal ? t('deleteOwn') : t('deleteShared')}
    </ConfirmDialog>
  );
}
