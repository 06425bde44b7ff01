import { makeStyles, tokens } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { LanguageMenu } from '../ui/language-menu.tsx';
import { usePageTitle } from '../ui/page.tsx';

const useStyles = makeStyles({
  page: {
    minHeight: '100%',
    display: 'flex',
    flexDirection: 'column',
    backgroundColor: tokens.colorNeutralBackground2,
    padding: '16px',
  },
  top: { display: 'flex', alignItems: 'center', justifyContent: 'space-between' },
  product: {
    fontSize: tokens.fontSizeBase500,
    fontWeight: tokens.fontWeightSemibold,
    color: tokens.colorBrandForeground1,
    paddingInlineStart: '4px',
  },
  middle: {
    flex: 1,
    display: 'flex',
    alignItems: 'flex-start',
    justifyContent: 'center',
    paddingBlock: '8vh 32px',
  },
  card: {
    width: '100%',
    maxWidth: '440px',
    display: 'flex',
    flexDirection: 'column',
    gap: '20px',
    padding: '32px',
    borderRadius: tokens.borderRadiusXLarge,
    backgroundColor: tokens.colorNeutralBackground1,
    boxShadow: tokens.shadow8,
    '@media (max-width: 640px)': { padding: '24px 20px' },
  },
  title: {
    fontSize: tokens.fontSizeBase600,
    lineHeight: tokens.lineHeightBase600,
    fontWeight: tokens.fontWeightSemibold,
    overflowWrap: 'anywhere',
  },
  text: { color: tokens.colorNeutralForeground2, marginBlockStart: '4px' },
});

/** What stands around every page before the sign-in: the product, the language, one card. */
export function OutsidePage({
  title,
  text,
  children,
}: {
  title: string;
  text?: ReactNode;
  children?: ReactNode;
}) {
  const styles = useStyles();
  usePageTitle(title);
  return (
    <div className={styles.page}>
      <header className={styles.top}>
        <span className={styles.product}>Assent</span>
        <LanguageMenu />
      </header>
      <main className={styles.middle}>
        <div className={styles.card}>
          <div>
            <h1 className={styles.title}>{title}</h1>
            {text !== undefined && <p className={styles.text}>{text}</p>}
          </div>
          {children}
        </div>
      </main>
    </div>
  );
}
