import { Button, makeStyles, tokens, useRestoreFocusTarget } from '@fluentui/react-components';
import { CheckmarkCircle24Regular } from '@fluentui/react-icons/svg/checkmark-circle';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Trans } from 'react-i18next/TransWithoutContext';
import type { z } from 'zod';
import { PURPOSES } from '../../src/core/purpose.ts';
import type { HeldOut, HeldPage as HeldPageOut } from '../../src/http/schemas/consent.ts';
import { listOf } from '../i18n/locale.ts';
import { answerOf, api, withQuery } from '../ui/api.ts';
import { type HoldChoice, HoldDialog } from '../ui/hold-dialog.tsx';
import { AppLink } from '../ui/link.tsx';
import { MayButton, Needing } from '../ui/may.tsx';
import { useMay } from '../ui/me.tsx';
import { Page, PageHeader } from '../ui/page.tsx';
import { PhoneNumber } from '../ui/phone-number.tsx';
import { keys } from '../ui/queries.ts';
import { EmptyState, Loaded } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { PendingGrants } from './pending-grants.tsx';

type Purpose = z.infer<typeof HeldOut>['purpose'];
type Held = z.infer<typeof HeldOut> & { purposes: Purpose[] };

const useStyles = makeStyles({
  list: { listStyle: 'none', margin: 0, padding: 0, display: 'flex', flexDirection: 'column', gap: '12px' },
  card: {
    display: 'flex',
    flexDirection: 'column',
    gap: '8px',
    padding: '12px 16px',
    maxWidth: '860px',
    borderRadius: tokens.borderRadiusLarge,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  section: { outline: 'none' },
  who: { display: 'flex', flexWrap: 'wrap', gap: '4px 12px', alignItems: 'baseline' },
  name: { fontSize: tokens.fontSizeBase400, fontWeight: tokens.fontWeightSemibold },
  quote: {
    margin: 0,
    padding: '8px 12px',
    borderLeft: `3px solid ${tokens.colorStatusWarningBorder1}`,
    backgroundColor: tokens.colorNeutralBackground3,
    overflowWrap: 'anywhere',
    whiteSpace: 'pre-wrap',
  },
  note: { color: tokens.colorNeutralForeground2 },
  end: { display: 'flex', flexWrap: 'wrap', gap: '8px' },
});

/** What reads like a refusal and waits for a person; and the grants that wait for a second one. */
export function HeldPage() {
  const { t } = useTranslation('reports');
  return (
    <Needing right="see-chats" title={t('held.title')}>
      <Waiting />
    </Needing>
  );
}

function Waiting() {
  const { t } = useTranslation('reports');
  const styles = useStyles();
  // A grant that waits is part of the history of consent.
  const maySeeGrants = useMay('see-history');
  const list = useRef<HTMLElement>(null);
  const held = useInfiniteQuery({
    queryKey: keys.held(),
    queryFn: ({ pageParam, signal }) =>
      api.get(withQuery('/api/held', { cursor: pageParam }), answerOf<HeldPageOut>(), { signal }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
  const [deciding, setDeciding] = useState<{ conversationId: string; choice: HoldChoice } | null>(null);
  return (
    <Page>
      <PageHeader title={t('held.title')} description={t('held.description')} />
      <section ref={list} tabIndex={-1} className={styles.section} aria-label={t('held.section')}>
        <Loaded query={held}>
          {({ pages }) =>
            pages[0]?.items.length === 0 ? (
              <EmptyState icon={<CheckmarkCircle24Regular />} title={t('held.none')}>
                {t('held.noneText')}
              </EmptyState>
            ) : (
              <ul className={styles.list} aria-label={t('held.list')}>
                {byMessage(pages.flatMap(({ items }) => items)).map((one) => (
                  <li key={`${one.contactPointId} ${one.heldAt}`}>
                    <HeldCard
                      held={one}
                      onDecide={(conversationId, choice) => setDeciding({ conversationId, choice })}
                    />
                  </li>
                ))}
              </ul>
            )
          }
        </Loaded>
      </section>
      {held.hasNextPage && (
        <div>
          <Button disabledFocusable={held.isFetchingNextPage} onClick={() => void held.fetchNextPage()}>
            {t('more')}
          </Button>
        </div>
      )}
      {maySeeGrants && <PendingGrants />}
      {deciding !== null && (
        <HoldDialog
          conversationId={deciding.conversationId}
          choice={deciding.choice}
          onClose={(decided) => {
            setDeciding(null);
            // The card that opened the dialog goes away.
            if (decided) list.current?.focus();
          }}
        />
      )}
    </Page>
  );
}

type CardProps = { held: Held; onDecide: (conversationId: string, choice: HoldChoice) => void };

function HeldCard({ held, onDecide }: CardProps) {
  const { t } = useTranslation('reports');
  const styles = useStyles();
  const returnFocus = useRestoreFocusTarget();
  const { conversationId } = held;
  return (
    <article className={styles.card} aria-label={held.name}>
      <div className={styles.who}>
        <h2 className={styles.name} dir="auto">
          {held.name}
        </h2>
        <span className={styles.note}>
          {held.phone === null ? (
            t('held.noNumber')
          ) : (
            <PhoneNumber number={held.phone} text={held.phoneText} />
          )}
        </span>
        {conversationId !== null && (
          <AppLink to={`/chats/${encodeURIComponent(conversationId)}`}>{t('held.openChat')}</AppLink>
        )}
      </div>
      <blockquote className={styles.quote} dir="auto">
        {held.text}
      </blockquote>
      <p className={styles.note}>
        <Trans
          t={t}
          i18nKey="held.until"
          values={{ purposes: listOf(held.purposes.map((purpose) => t(`purpose.${purpose}`))) }}
          components={{
            since: <Time at={held.heldAt} form="since" />,
            on: <Time at={held.decidesAt} form="on" />,
          }}
        />
      </p>
      {conversationId !== null && (
        <div className={styles.end}>
          <MayButton
            {...returnFocus}
            right="record-refusal"
            onClick={() => onDecide(conversationId, 'refusal')}
          >
            {t('held.isRefusal')}
          </MayButton>
          <MayButton
            {...returnFocus}
            right="record-refusal"
            onClick={() => onDecide(conversationId, 'not-refusal')}
          >
            {t('held.isNot')}
          </MayButton>
        </div>
      )}
    </article>
  );
}

/** One message can be held for both purposes; it is one thing to decide. */
function byMessage(items: z.infer<typeof HeldOut>[]): Held[] {
  const held = new Map<string, Held>();
  for (const one of items) {
    const key = `${one.contactPointId} ${one.heldAt} ${one.text}`;
    const known = held.get(key);
    if (known === undefined) held.set(key, { ...one, purposes: [one.purpose] });
    else
      known.purposes = PURPOSES.filter(
        (purpose) => purpose === one.purpose || known.purposes.includes(purpose),
      );
  }
  return [...held.values()];
}
