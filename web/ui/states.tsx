import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
  Skeleton,
  SkeletonItem,
  tokens,
} from '@fluentui/react-components';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { translate } from '../i18n/i18n.ts';
import { ApiProblem } from './api.ts';

const useStyles = makeStyles({
  empty: {
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'center',
    textAlign: 'center',
    gap: '8px',
    padding: '40px 16px',
    color: tokens.colorNeutralForeground2,
  },
  icon: { fontSize: '40px', lineHeight: 0, color: tokens.colorNeutralForeground3 },
  title: {
    fontSize: tokens.fontSizeBase400,
    fontWeight: tokens.fontWeightSemibold,
    color: tokens.colorNeutralForeground1,
  },
  text: { maxWidth: '52ch' },
  rows: { display: 'flex', flexDirection: 'column', gap: '12px', padding: '8px 0' },
});

type EmptyProps = {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  /** `h1` where it is the whole page. */
  heading?: 'h1' | 'h2';
};

/** Nothing to show yet: says why, and what to do next. */
export function EmptyState({ icon, title, children, action, heading: Heading = 'h2' }: EmptyProps) {
  const styles = useStyles();
  return (
    <div className={styles.empty}>
      {icon !== undefined && (
        <span className={styles.icon} aria-hidden>
          {icon}
        </span>
      )}
      <Heading className={styles.title}>{title}</Heading>
      {children !== undefined && <p className={styles.text}>{children}</p>}
      {action}
    </div>
  );
}

/** One sentence for any error, as the server words it where it did. */
export function sentenceOf(error: unknown): string {
  if (error instanceof ApiProblem) return error.detail;
  return translate('ui:error.page');
}

/** What can be asked again could not be shown; anything else says by `title` what did not work. */
type ErrorProps = { error: unknown } & (
  | { title?: undefined; onRetry: () => void }
  | { title: string; onRetry?: () => void }
);

export function ErrorState({ error, title, onRetry }: ErrorProps) {
  const { t } = useTranslation('ui');
  return (
    <MessageBar intent="error" layout="multiline" role="alert">
      <MessageBarBody>
        <MessageBarTitle>{title ?? t('error.notShown')}</MessageBarTitle> {sentenceOf(error)}
      </MessageBarBody>
      {onRetry !== undefined && (
        <MessageBarActions>
          <Button onClick={onRetry}>{t('error.retry')}</Button>
        </MessageBarActions>
      )}
    </MessageBar>
  );
}

/** Grey lines in the place of what is being loaded; `label` is what a screen reader hears. */
export function Loading({ rows = 6, label }: { rows?: number; label?: string }) {
  const { t } = useTranslation('ui');
  const styles = useStyles();
  return (
    <Skeleton aria-label={label ?? t('loading')} className={styles.rows}>
      {Array.from({ length: rows }, (_, row) => (
        <SkeletonItem key={row} size={24} style={{ width: `${96 - ((row * 17) % 40)}%` }} />
      ))}
    </Skeleton>
  );
}

type LoadedProps<T> = {
  query: UseQueryResult<T>;
  children: (data: T) => ReactNode;
  loading?: ReactNode;
};

/** The three states of a query in one place: loading, failed (with a retry), and its data. */
export function Loaded<T>({ query, children, loading }: LoadedProps<T>) {
  if (query.data !== undefined) return children(query.data);
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return loading ?? <Loading />;
}
