import { Button, makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { CheckmarkCircle24Filled } from '@fluentui/react-icons/svg/checkmark-circle';
import { Circle24Regular } from '@fluentui/react-icons/svg/circle';
import { useQuery } from '@tanstack/react-query';
import type { z } from 'zod';
import { SetupOut } from '../../src/http/schemas/administration.ts';
import { api } from '../ui/api.ts';
import { AppLink, useFollow } from '../ui/link.tsx';
import { useMe } from '../ui/me.tsx';
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

/** The first run: what is still missing until the first consent request, in order, each step a link. */
export function WelcomePage() {
  const styles = useStyles();
  const { role } = useMe();
  const setup = useQuery({
    queryKey: keys.setup(),
    queryFn: ({ signal }) => api.get('/api/setup', SetupOut, { signal }),
  });
  return (
    <Page>
      <PageHeader
        title="Welcome to Assent"
        description="Ask a customer for consent on WhatsApp; the answer sets a field on the CRM record and decides what anyone may send. A few steps and the first request is on its way."
      />
      <Loaded query={setup}>
        {({ steps, done }) => {
          const next = steps.find((step) => !step.done);
          return (
            <>
              <ol className={styles.steps} aria-label="Steps">
                {steps.map((step, index) => (
                  <StepRow key={step.id} step={step} number={index + 1} isNext={step === next} />
                ))}
              </ol>
              {done && (
                <p role="status">
                  Everything is set up. <AppLink to="/chats">Go to chats</AppLink>
                </p>
              )}
              {!done && role !== 'administrator' && (
                <p>An administrator has to take these steps. You can look at them meanwhile.</p>
              )}
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

function StepRow({ step, number, isNext }: { step: Step; number: number; isNext: boolean }) {
  const styles = useStyles();
  const follow = useFollow(step.link);
  const label = step.done ? 'Look at it' : isNext ? 'Start' : 'Open';
  return (
    <li
      className={mergeClasses(styles.step, isNext && styles.next)}
      aria-current={isNext ? 'step' : undefined}
    >
      <span className={step.done ? styles.done : styles.open} aria-hidden>
        {step.done ? <CheckmarkCircle24Filled /> : <Circle24Regular />}
      </span>
      <span className={styles.text}>
        <span className={styles.title}>
          {number}. {step.title}
        </span>
        <br />
        <span className={styles.dim}>{step.done ? 'Done' : isNext ? 'Next' : 'Later'}</span>
      </span>
      <Button
        as="a"
        href={step.link}
        onClick={follow}
        appearance={isNext ? 'primary' : 'secondary'}
        aria-label={`${label}: ${step.title}`}
      >
        {label}
      </Button>
    </li>
  );
}
