import { Link, MessageBar, MessageBarBody, MessageBarTitle, makeStyles } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { serverText } from '../i18n/server-text.ts';
import { AppLink } from './link.tsx';

/**
 * After something was refused: moves to the list of problems, or else to the first field that is marked wrong. Called
 * when the refusal arrives, so it waits until the page shows it.
 */
export function goToProblems(): void {
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      const place = document.querySelector<HTMLElement>('[data-problems], [aria-invalid="true"]');
      place?.scrollIntoView({ block: 'center' });
      place?.focus({ preventScroll: true });
    }),
  );
}

export type ShownProblem = {
  code: string;
  /** The server's, in English, or a sentence of the page. */
  message: string;
  severity?: 'error' | 'warning' | undefined;
  /** Where it is mended: an address in the app, or a sentence. */
  fix?: string | undefined;
  path?: string | undefined;
  values?: Record<string, string> | undefined;
};

const useStyles = makeStyles({
  boxes: { outlineStyle: 'none', display: 'flex', flexDirection: 'column', gap: '8px' },
  // Listened to before there is anything to say, without a place in the layout until then.
  empty: { display: 'contents' },
  list: {
    margin: '4px 0 0',
    paddingInlineStart: '20px',
    display: 'flex',
    flexDirection: 'column',
    gap: '4px',
  },
});

/** All problems at once, each with the place where it is mended; warnings in a box of their own. */
export function ProblemList({ title, problems }: { title: string; problems: ShownProblem[] }) {
  const errors = problems.filter(({ severity }) => severity !== 'warning');
  const warnings = problems.filter(({ severity }) => severity === 'warning');
  const styles = useStyles();
  const { t } = useTranslation('ui');
  return (
    <div
      aria-live="polite"
      className={problems.length > 0 ? styles.boxes : styles.empty}
      {...(problems.length > 0 ? { tabIndex: -1, 'data-problems': '' } : {})}
    >
      {errors.length > 0 && <Box intent="error" title={title} problems={errors} />}
      {warnings.length > 0 && <Box intent="warning" title={t('problems.warnings')} problems={warnings} />}
    </div>
  );
}

function Box({
  intent,
  title,
  problems,
}: {
  intent: 'error' | 'warning';
  title: string;
  problems: ShownProblem[];
}) {
  const styles = useStyles();
  return (
    <MessageBar intent={intent} layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>{title}</MessageBarTitle>
        <ul className={styles.list}>
          {problems.map((problem) => (
            <li key={`${problem.code} ${problem.path ?? ''} ${problem.message}`}>
              {serverText({ ...problem, text: problem.message })} <Fix fix={problem.fix} />
            </li>
          ))}
        </ul>
      </MessageBarBody>
    </MessageBar>
  );
}

function Fix({ fix }: { fix: string | undefined }) {
  const { t } = useTranslation('ui');
  if (fix === undefined || fix === '') return null;
  if (!fix.startsWith('/') && !fix.startsWith('#')) return <span>{fix}</span>;
  return fix.startsWith('#') ? (
    <Link href={fix}>{t('problems.mend')}</Link>
  ) : (
    <AppLink to={fix}>{t('problems.mend')}</AppLink>
  );
}
