import { makeStyles, SearchBox, Select, ToggleButton } from '@fluentui/react-components';
import { useEffect, useState } from 'react';
import { ConversationQuery } from '../../src/http/schemas/chat.ts';
import { consentWord, type ShownState } from '../ui/consent-badge.tsx';
import type { ConversationFilter } from './chat-queries.ts';

const useStyles = makeStyles({
  filters: { display: 'flex', flexWrap: 'wrap', gap: '8px', padding: '12px', flexShrink: 0 },
  search: { flex: '1 1 100%', maxWidth: '100%' },
  state: { flex: 1, minWidth: '120px' },
});

const states: ShownState[] = ['not-asked', 'requested', 'granted', 'denied', 'expired', 'on-hold'];
const State = ConversationQuery.shape.consent.unwrap();

type Props = { filter: ConversationFilter; onChange: (filter: ConversationFilter) => void };

/** Search by name or number, and filters by consent state and unread. */
export function ConversationFilters({ filter, onChange }: Props) {
  const styles = useStyles();
  const [typed, setTyped] = useState(filter.search ?? '');
  const { search: asked, ...others } = filter;
  const wanted = typed.trim();
  useEffect(() => {
    if (wanted === (asked ?? '')) return;
    // A pause in typing, so that not every letter is a question to the server.
    const timer = setTimeout(() => onChange(wanted === '' ? others : { ...others, search: wanted }), 250);
    return () => clearTimeout(timer);
  });
  return (
    <search className={styles.filters} aria-label="Chats">
      <SearchBox
        className={styles.search}
        placeholder="Search name or number"
        aria-label="Search name or number"
        value={typed}
        maxLength={200}
        onChange={(_, data) => setTyped(data.value)}
      />
      <Select
        className={styles.state}
        aria-label="Consent state"
        value={filter.consent ?? ''}
        onChange={(_, data) => {
          const { consent: _old, ...rest } = filter;
          const next = State.safeParse(data.value);
          onChange(next.success ? { ...rest, consent: next.data } : rest);
        }}
      >
        <option value="">Every consent state</option>
        {states.map((state) => (
          <option key={state} value={state}>
            {consentWord(state)}
          </option>
        ))}
      </Select>
      <ToggleButton
        checked={filter.unread === 'true'}
        onClick={() => {
          const { unread, ...rest } = filter;
          onChange(unread === 'true' ? rest : { ...rest, unread: 'true' });
        }}
      >
        Unread
      </ToggleButton>
    </search>
  );
}
