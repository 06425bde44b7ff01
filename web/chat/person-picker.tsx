import {
  Avatar,
  Field,
  makeStyles,
  mergeClasses,
  Radio,
  RadioGroup,
  SearchBox,
  tokens,
} from '@fluentui/react-components';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import type { ColleagueOut } from '../../src/http/schemas/desk.ts';
import { matching } from './note-mentions.ts';

export type Colleague = z.infer<typeof ColleagueOut>;

const useStyles = makeStyles({
  list: {
    maxHeight: '240px',
    overflowY: 'auto',
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
    padding: '4px',
  },
  person: { display: 'flex', alignItems: 'center', gap: '8px' },
  // A choice that is not taken is grey: its name must not be paler than the line below it.
  open: { color: tokens.colorNeutralForeground1 },
  role: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  search: { marginBottom: '8px', maxWidth: '100%' },
  none: { padding: '8px', color: tokens.colorNeutralForeground2 },
  names: { display: 'flex', flexDirection: 'column' },
});

type Props = {
  label: string;
  people: readonly Colleague[];
  chosen: string;
  onChange: (id: string) => void;
  /** Why one of them cannot be chosen. */
  whyNot?: (person: Colleague) => string | null;
};

/** Colleagues to choose one of: those who are here first, each with whether they are. */
export function PersonPicker({ label, people, chosen, onChange, whyNot = () => null }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('dialogs');
  const [search, setSearch] = useState('');
  const group = useRef<HTMLDivElement>(null);
  // The dialog opened before the people were here, and gave the focus to what stands below: whom is asked first.
  useEffect(() => {
    const at = document.activeElement;
    if (at instanceof HTMLTextAreaElement && at.value === '')
      group.current?.querySelector<HTMLInputElement>('input:enabled')?.focus();
  }, []);
  const shown = matching(people, search.trim()).sort(
    (a, b) => Number(whyNot(a) !== null) - Number(whyNot(b) !== null) || Number(b.online) - Number(a.online),
  );
  return (
    <Field label={label} required>
      <div ref={group}>
        {people.length > 6 && (
          <SearchBox
            className={styles.search}
            aria-label={t('people.search')}
            placeholder={t('people.search')}
            value={search}
            onChange={(_, data) => setSearch(data.value)}
          />
        )}
        <RadioGroup
          className={styles.list}
          aria-label={label}
          value={chosen}
          onChange={(_, data) => onChange(data.value)}
        >
          {shown.length === 0 && <p className={styles.none}>{t('people.none')}</p>}
          {shown.map((person) => {
            const why = whyNot(person);
            return (
              <Radio
                key={person.id}
                value={person.id}
                disabled={why !== null}
                label={
                  <span className={styles.person}>
                    <Avatar
                      name={person.name}
                      size={24}
                      color="colorful"
                      aria-hidden
                      badge={{ status: person.online ? 'available' : 'offline' }}
                    />
                    <span className={styles.names}>
                      <bdi className={mergeClasses(why === null && styles.open)}>{person.name}</bdi>
                      <span className={mergeClasses(styles.role)}>
                        {why ??
                          t(
                            person.online
                              ? 'people.online'
                              : person.everHere
                                ? 'people.offline'
                                : 'people.neverHere',
                          )}
                      </span>
                    </span>
                  </span>
                }
              />
            );
          })}
        </RadioGroup>
      </div>
    </Field>
  );
}
