import { Button, makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { CheckmarkCircle24Filled } from '@fluentui/react-icons/svg/checkmark-circle';
import { Circle24Regular } from '@fluentui/react-icons/svg/circle';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Trans } from 'react-i18next/TransWithoutContext';
import type { z } from 'zod';
import type { SetupOut } from '../../src/http/schemas/administration.ts';
import english from '../i18n/en/words.ts';
import { answerOf, api } from '../ui/api.ts';
import { AppLink, useFollow } from '../ui/link.tsx';
import { useMay } from '../ui/me.tsx';
import { Page, PageHeader } from '../ui/page.tsx';
import { keys } from '../ui/queries.ts';
import { Loaded } from '../ui/states.tsx';

type Step = z.infer<typeof SetupOut>['steps'][number];

const useStyles = makeStyles({
  steps: {
    listStyle: 'none',
    margin: 0,
    padding: 0,
    display: 'flex',
    flexDirection: 'column',
    gap: '8px',
    maxWidth: '760px',
  },
  step: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: '12px',
    padding: '12px 16px',
    borderRadius: tokens.borderRadiusXLarge,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  next: { border: `1px solid ${tokens.colorBrandStroke1}`, backgroundColor: tokens.colorBrandBackground2 },
  text: { flex: '1 1 200px' },
  title: { fontWeight: tokens.fontWeightSemibold },
  dim: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  done: { color: tokens.colorPaletteGreenForeground1, display: 'flex' },
  open: { color: tokens.colorNeutralForeground3, display: 'flex' },
});

type KnownStep = keyof (typeof english)['first-run']['steps']['titles'];

function isKnown(id: string): id is KnownStep {
  return Object.hasOwn(english['first-run'].steps.titles, id);
}

/** The first run: what is still missing until the first consent request, in order, each step a link. */
export function WelcomePage() {
  const { t } = useTranslation('first-run');
  const styles = useStyles();
  const mayConfigure = useMay('manage-record-types');
  const setup = useQuery({
    queryKey: keys.setup(),
    queryFn: ({ signal }) => api.get('/api/setup', answerOf<SetupOut>(), { signal }),
  });
  return (
    <Page>
      <PageHeader title={t('title')} description={t('description')} />
      <Loaded query={setup}>
        {({ steps, done }) => {
          const next = steps.find((step) => !step.done);
          return (
            <>
              <ol className={styles.steps} aria-label={t('steps.label')}>
                {steps.map((step, index) => (
                  <StepRow key={step.id} step={step} number={index + 1} isNext={step === next} />
                ))}
              </ol>
              {done && (
                <p role="status">
                  <Trans t={t} i18nKey="done" components={{ chats: <AppLink to="/chats">{null}</AppLink> }} />
                </p>
              )}
              {!done && !mayConfigure && <p>{t('notYours')}</p>}
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

function StepRow({ step, number, isNext }: { step: Step; number: number; isNext: boolean }) {
  const { t } = useTranslation('first-run');
  const styles = useStyles();
  const follow = useFollow(step.link);
  const standing = step.done ? 'done' : isNext ? 'next' : 'later';
  const title = isKnown(step.id) ? t(`steps.titles.${step.id}`) : step.title;
  return (
    <li
      className={mergeClasses(styles.step, isNext && styles.next)}
      aria-current={isNext ? 'step' : undefined}
    >
      <span className={step.done ? styles.done : styles.open} aria-hidden>
        {step.done ? <CheckmarkCircle24Filled /> : <Circle24Regular />}
      </span>
      <span className={styles.text}>
        <span className={styles.title}>{t('steps.numbered', { number, title })}</span>
        <br />
        <span className={styles.dim}>{t(`steps.standing.${standing}`)}</span>
      </span>
      <Button
        as="a"
        href={step.link}
        onClick={follow}
        appearance={isNext ? 'primary' : 'secondary'}
        aria-label={t(`steps.openNamed.${standing}`, { title })}
      >
        {t(`steps.open.${standing}`)}
      </Button>
    </li>
  );
}
