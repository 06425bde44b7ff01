import { Button } from '@fluentui/react-components';
import { useRouter } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../ui/states.tsx';
import { type ChatsSearch, chatsAddress, DEFAULT_VIEW, isNarrowed, plainView } from './view-search.ts';

/** Why a view shows nothing, which is as a rule good news, and what to do next. */
export function ViewEmpty({ search }: { search: ChatsSearch }) {
  const { t } = useTranslation(['dialogs', 'desk']);
  const router = useRouter();
  const view = search.view ?? DEFAULT_VIEW;
  const go = (to: ChatsSearch) => router.history.push(chatsAddress(to));
  const inNames = search.search !== undefined && search.searchIn === undefined;
  if (isNarrowed(search))
    return (
      <EmptyState
        title={t('empty.narrowed.title')}
        action={
          <>
            {inNames && (
              <Button onClick={() => go({ ...search, searchIn: 'messages' })}>
                {t('empty.narrowed.inMessages')}
              </Button>
            )}
            <Button onClick={() => go(plainView(search))}>{t('desk:filters.clearAll')}</Button>
          </>
        }
      >
        {t(search.searchIn === 'messages' ? 'empty.narrowed.messages' : 'empty.narrowed.text')}
      </EmptyState>
    );
  return (
    <EmptyState
      title={t(`empty.${view}.title`)}
      action={
        view === 'mine' && (
          <Button onClick={() => go({ ...plainView(search), view: 'unassigned' })}>
            {t('empty.mine.action')}
          </Button>
        )
      }
    >
      {t(`empty.${view}.text`)}
    </EmptyState>
  );
}
