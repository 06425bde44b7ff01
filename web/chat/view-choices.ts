import { useTranslation } from 'react-i18next';
import { consentWord, type ShownState } from '../ui/consent-badge.tsx';
import { useMe } from '../ui/me.tsx';
import { useRecordTypeList, useSeenOwners, useTeams } from './desk-queries.ts';
import type { ChatsSearch, FilterName } from './view-search.ts';

/** A filter with what may be chosen in it. */
export interface FilterChoice {
  name: Exclude<FilterName, 'unread'>;
  options: { value: string; text: string }[];
}

const states: ShownState[] = ['not-asked', 'requested', 'granted', 'denied', 'expired', 'on-hold'];

/** The filters that make sense here: none with a single choice, unless it is the one that is set. */
export function useFilterChoices(search: ChatsSearch): FilterChoice[] {
  const { t } = useTranslation('desk');
  const me = useMe();
  const types = useRecordTypeList().data ?? [];
  const teams = useTeams();
  const owners = useSeenOwners();
  const all: FilterChoice[] = [
    { name: 'consent', options: states.map((state) => ({ value: state, text: consentWord(state) })) },
    {
      name: 'recordType',
      // Conversations are with the records that hold the number.
      options: types
        .filter(({ phoneColumns }) => phoneColumns.length > 0)
        .map(({ table, displayName }) => ({ value: table, text: displayName })),
    },
    {
      name: 'owner',
      options: [
        { value: 'none', text: t('filters.nobody') },
        { value: me.id, text: t('filters.me') },
        ...owners.filter(({ id }) => id !== me.id).map(({ id, name }) => ({ value: id, text: name })),
      ],
    },
    { name: 'team', options: teams.map(({ id, name }) => ({ value: id, text: name })) },
  ];
  return all.filter(({ name, options }) => options.length > 1 || search[name] !== undefined);
}
