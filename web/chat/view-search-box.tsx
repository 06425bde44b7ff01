import { makeStyles, SearchBox, Tab, TabList, tokens } from '@fluentui/react-components';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMessageSearchDays } from './desk-queries.ts';
import { type ChatsSearch, without } from './view-search.ts';

const useStyles = makeStyles({
  search: { display: 'flex', flexDirection: 'column', gap: '4px', flex: 1, minWidth: 0 },
  box: { width: '100%', maxWidth: '100%' },
  where: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: '0 8px' },
  days: { fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground2 },
});

type Props = { search: ChatsSearch; onChange: (search: ChatsSearch) => void };

/** Search by name and number, or in what was written; the second looks only so many days back, and says so. */
export function ChatsSearchBox({ search, onChange }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('desk');
  const days = useMessageSearchDays();
  const asked = search.search ?? '';
  const [state, setState] = useState({ asked, typed: asked });
  // A search that was cleared elsewhere clears the box too.
  if (state.asked !== asked) setState({ asked, typed: asked });
  const wanted = state.typed.trim();
  const inMessages = search.searchIn === 'messages';
  useEffect(() => {
    if (wanted === asked) return;
    // A pause in typing, so that not every letter is a question to the server.
    const timer = setTimeout(
      () => onChange(wanted === '' ? without(search, 'search', 'searchIn') : { ...search, search: wanted }),
      250,
    );
    return () => clearTimeout(timer);
  });
  const label = t(inMessages ? 'search.messages' : 'search.names');
  return (
    <search className={styles.search} aria-label={t('search.label')}>
      <SearchBox
        className={styles.box}
        placeholder={label}
        aria-label={label}
        value={state.typed}
        maxLength={200}
        onChange={(_, data) => setState({ asked, typed: data.value })}
      />
      {asked !== '' && (
        <div className={styles.where}>
          <TabList
            size="small"
            selectedValue={inMessages ? 'messages' : 'names'}
            aria-label={t('search.where')}
            onTabSelect={(_, { value }) =>
              onChange(
                value === 'messages' ? { ...search, searchIn: 'messages' } : without(search, 'searchIn'),
              )
            }
          >
            <Tab value="names">{t('search.inNames')}</Tab>
            <Tab value="messages">{t('search.inMessages')}</Tab>
          </TabList>
          {inMessages && days !== undefined && (
            <span className={styles.days}>{t('search.days', { count: days })}</span>
          )}
        </div>
      )}
    </search>
  );
}
