import {
  Breadcrumb,
  BreadcrumbDivider,
  BreadcrumbItem,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { Fragment, type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { AppLink } from './link.tsx';
import { nameTab } from './tab-title.ts';

const useStyles = makeStyles({
  page: {
    display: 'flex',
    flexDirection: 'column',
    gap: '16px',
    padding: '16px 24px 32px',
    maxWidth: '1280px',
    '@media (max-width: 640px)': { padding: '12px 16px 32px' },
  },
  header: { display: 'flex', flexWrap: 'wrap', alignItems: 'flex-end', gap: '8px 16px' },
  titles: { flex: '1 1 240px', minWidth: 0 },
  title: {
    fontSize: tokens.fontSizeBase600,
    lineHeight: tokens.lineHeightBase600,
    fontWeight: tokens.fontWeightSemibold,
    outline: 'none',
    overflowWrap: 'anywhere',
  },
  description: { color: tokens.colorNeutralForeground2, maxWidth: '75ch', marginTop: '4px' },
  // The heading below has all of a long name.
  here: { minWidth: 0 },
  cut: { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
  commands: { display: 'flex', flexWrap: 'wrap', gap: '8px' },
});

let firstPageShown = false;

/** Names the page in the browser's tab. */
export function usePageTitle(title: string): void {
  useEffect(() => nameTab(title), [title]);
}

/** Moves the focus to the page's heading after a navigation, so that a screen reader starts there; not at first load. */
export function usePageHeading() {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (firstPageShown) heading.current?.focus({ preventScroll: true });
    firstPageShown = true;
  }, []);
  return heading;
}

type HeaderProps = {
  title: string;
  /** Where this page stands, outermost first, without the page itself. */
  trail?: { label: string; to: string }[];
  description?: ReactNode;
  /** Buttons on the right. */
  commands?: ReactNode;
  /** Beside the title: a status badge. */
  beside?: ReactNode;
};

export function PageHeader({ title, trail = [], description, commands, beside }: HeaderProps) {
  const { t } = useTranslation('ui');
  const styles = useStyles();
  usePageTitle(title);
  const heading = usePageHeading();
  return (
    <header className={styles.header}>
      <div className={styles.titles}>
        {trail.length > 0 && (
          <Breadcrumb size="small" aria-label={t('trail')}>
            {trail.map(({ label, to }) => (
              <Fragment key={to}>
                <BreadcrumbItem>
                  <AppLink to={to}>
                    <bdi>{label}</bdi>
                  </AppLink>
                </BreadcrumbItem>
                <BreadcrumbDivider />
              </Fragment>
            ))}
            <BreadcrumbItem className={styles.here}>
              <bdi className={styles.cut}>{title}</bdi>
            </BreadcrumbItem>
          </Breadcrumb>
        )}
        <div style={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 12 }}>
          <h1 ref={heading} tabIndex={-1} className={styles.title}>
            {/* Often what people wrote: the name of a template, of a customer. */}
            <bdi>{title}</bdi>
          </h1>
          {beside}
        </div>
        {description !== undefined && <p className={styles.description}>{description}</p>}
      </div>
      {commands !== undefined && <div className={styles.commands}>{commands}</div>}
    </header>
  );
}

/** The padding and width of an ordinary page; chat brings its own layout. */
export function Page({ children }: { children: ReactNode }) {
  return <div className={useStyles().page}>{children}</div>;
}
