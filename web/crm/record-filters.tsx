import { Button, makeStyles, SearchBox, Tab, TabList, ToggleButton } from '@fluentui/react-components';
import { CalendarMonth20Regular } from '@fluentui/react-icons/svg/calendar-month';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RecordTypeOut } from '../../src/http/schemas/records.ts';
import { formatNumber } from '../i18n/locale.ts';
import { consentWord } from '../ui/consent-badge.tsx';
import type { RecordsSearch } from '../ui/records-search.ts';
import { useConsentSummary } from './record-queries.ts';
import { monthOf, refusedThisMonth } from './refused-this-month.ts';

const useStyles = makeStyles({
  line: { display: 'flex', flexWrap: 'wrap', gap: '8px', alignItems: 'center' },
  search: { flex: '1 1 220px', maxWidth: '360px' },
  states: { display: 'flex', flexWrap: 'wrap', gap: '6px', border: 0, padding: 0, margin: 0, minWidth: 0 },
  tabs: { marginInlineStart: '-8px', overflowX: 'auto' },
});

const STATES = ['not-asked', 'requested', 'granted', 'denied', 'expired', 'on-hold'] as const;

type Props = { types: RecordTypeOut[]; search: RecordsSearch; onChange: (search: RecordsSearch) => void };

/** Type, name or number, and consent state with how many records are in it; all of it stands in the address. */
export function RecordFilters({ types, search, onChange }: Props) {
  const { t } = useTranslation('crm');
  const styles = useStyles();
  const counts = useCounts(search.recordType);
  const thisMonth = refusedThisMonth(new Date());
  const isThisMonth = search.consent === 'denied' && search.decidedSince === thisMonth.decidedSince;
  return (
    <>
      <TabList
        className={styles.tabs}
        aria-label={t('recordType')}
        selectedValue={search.recordType ?? ''}
        onTabSelect={(_, data) => {
          const { recordType: _old, ...rest } = search;
          const chosen = types.find(({ table }) => table === data.value);
          onChange(chosen === undefined ? rest : { ...rest, recordType: chosen.table });
        }}
      >
        <Tab value="">{t('filters.allTypes')}</Tab>
        {types.map(({ table, displayName }) => (
          <Tab key={table} value={table}>
            {displayName}
          </Tab>
        ))}
      </TabList>
      <search className={styles.line} aria-label={t('records.title')}>
        <RecordSearch search={search} onChange={onChange} />
        <fieldset className={styles.states} aria-label={t('filters.state')}>
          {STATES.map((state) => (
            <ToggleButton
              key={state}
              size="small"
              checked={search.consent === state && !isThisMonth}
              onClick={() => {
                const { consent, decidedSince: _since, decidedUntil: _until, ...rest } = search;
                onChange(consent === state && !isThisMonth ? rest : { ...rest, consent: state });
              }}
            >
              {consentWord(state)} {counts === null ? '' : formatNumber(counts[state] ?? 0)}
            </ToggleButton>
          ))}
          <ToggleButton
            size="small"
            icon={<CalendarMonth20Regular />}
            checked={isThisMonth}
            onClick={() => {
              const { consent: _consent, decidedSince: _since, decidedUntil: _until, ...rest } = search;
              onChange(isThisMonth ? rest : { ...rest, ...thisMonth });
            }}
          >
            {t('filters.refusedThisMonth')}
          </ToggleButton>
        </fieldset>
        {Object.keys(search).length > 0 && (
          <Button size="small" appearance="subtle" onClick={() => onChange({})}>
            {t('filters.clear')}
          </Button>
        )}
      </search>
      {isThisMonth && <p>{t('filters.refusedSince', { month: monthOf(new Date()) })}</p>}
    </>
  );
}

function RecordSearch({ search, onChange }: Pick<Props, 'search' | 'onChange'>) {
  const { t } = useTranslation('crm');
  const styles = useStyles();
  const [typed, setTyped] = useState(search.search ?? '');
  const [asked, setAsked] = useState(search.search ?? '');
  // The address may change under the box (Clear all, the browser's Back).
  if ((search.search ?? '') !== asked) {
    setAsked(search.search ?? '');
    setTyped(search.search ?? '');
  }
  useEffect(() => {
    const wanted = typed.trim();
    if (wanted === asked) return;
    // A pause in typing, so that not every letter is a question to the server.
    const timer = setTimeout(() => {
      const { search: _old, ...rest } = search;
      setAsked(wanted);
      onChange(wanted === '' ? rest : { ...rest, search: wanted });
    }, 250);
    return () => clearTimeout(timer);
  }, [typed, asked, search, onChange]);
  return (
    <SearchBox
      className={styles.search}
      placeholder={t('filters.search')}
      aria-label={t('filters.search')}
      value={typed}
      maxLength={200}
      onChange={(_, data) => setTyped(data.value)}
    />
  );
}

/** Records per state, over all types or one; null while they are not known. */
function useCounts(recordType: string | undefined): Record<string, number> | null {
  const summary = useConsentSummary(recordType);
  if (summary.data === undefined) return null;
  const sums: Record<string, number> = {};
  for (const { counts } of summary.data.items) {
    for (const [state, count] of Object.entries(counts)) sums[state] = (sums[state] ?? 0) + count;
  }
  return sums;
}
