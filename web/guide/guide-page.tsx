import { makeStyles, tokens } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { AppLink } from '../ui/link.tsx';
import { Page, PageHeader } from '../ui/page.tsx';

const useStyles = makeStyles({
  columns: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 720px) 220px',
    gap: '32px',
    alignItems: 'start',
    '@media (max-width: 960px)': { gridTemplateColumns: 'minmax(0, 1fr)' },
  },
  section: {
    paddingBlockEnd: '16px',
    marginBlockEnd: '16px',
    borderBlockEndWidth: '1px',
    borderBlockEndStyle: 'solid',
    borderBlockEndColor: tokens.colorNeutralStroke2,
    scrollMarginBlockStart: '16px',
  },
  heading: {
    fontSize: tokens.fontSizeBase500,
    lineHeight: tokens.lineHeightBase500,
    fontWeight: tokens.fontWeightSemibold,
    margin: '0 0 8px',
  },
  points: { margin: 0, paddingInlineStart: '20px', display: 'flex', flexDirection: 'column', gap: '8px' },
  point: { lineHeight: tokens.lineHeightBase400, overflowWrap: 'anywhere' },
  go: { marginBlockStart: '12px' },
  contents: {
    position: 'sticky',
    insetBlockStart: '16px',
    '@media (max-width: 960px)': { position: 'static', order: -1 },
  },
  contentsTitle: { fontWeight: tokens.fontWeightSemibold, marginBlockEnd: '8px' },
  contentsList: {
    listStyle: 'none',
    margin: 0,
    padding: 0,
    display: 'flex',
    flexDirection: 'column',
    gap: '8px',
  },
  contentsLink: { color: tokens.colorBrandForegroundLink },
});

/** The rules and the work, in five minutes and the reader's language. */
export function GuidePage() {
  const styles = useStyles();
  const { t } = useTranslation('guide');
  const sections = useSections();
  return (
    <Page>
      <PageHeader title={t('title')} description={t('description')} />
      <div className={styles.columns}>
        <div>
          {sections.map(({ id, title, points, to }) => (
            <section key={id} id={id} className={styles.section} aria-labelledby={`${id}-title`}>
              <h2 id={`${id}-title`} className={styles.heading}>
                {title}
              </h2>
              <ul className={styles.points}>
                {points.map((point) => (
                  <li key={point} className={styles.point}>
                    {point}
                  </li>
                ))}
              </ul>
              {to !== undefined && (
                <div className={styles.go}>
                  <AppLink to={to.path}>{to.label}</AppLink>
                </div>
              )}
            </section>
          ))}
        </div>
        <nav className={styles.contents} aria-label={t('contents')}>
          <div className={styles.contentsTitle}>{t('contents')}</div>
          <ul className={styles.contentsList}>
            {sections.map(({ id, title }) => (
              <li key={id}>
                <a href={`#${id}`} className={styles.contentsLink}>
                  {title}
                </a>
              </li>
            ))}
          </ul>
        </nav>
      </div>
    </Page>
  );
}

interface Section {
  id: string;
  title: string;
  points: string[];
  to?: { path: string; label: string };
}

function useSections(): Section[] {
  const { t } = useTranslation('guide');
  return [
    {
      id: 'consent',
      title: t('consent.title'),
      points: [t('consent.field'), t('consent.yes'), t('consent.no'), t('consent.none')],
    },
    {
      id: 'banner',
      title: t('banner.title'),
      points: [t('banner.says'), t('banner.card'), t('banner.limits')],
      to: { path: '/chats', label: t('go') },
    },
    {
      id: 'answer',
      title: t('answer.title'),
      points: [t('answer.buttons'), t('answer.words'), t('answer.hold'), t('answer.record')],
    },
    {
      id: 'team',
      title: t('team.title'),
      points: [t('team.accept'), t('team.assign'), t('team.discuss'), t('team.block')],
    },
    { id: 'list', title: t('list.title'), points: [t('list.views'), t('list.find'), t('list.reminders')] },
    { id: 'unknown', title: t('unknown.title'), points: [t('unknown.add'), t('unknown.inherit')] },
    {
      id: 'evidence',
      title: t('evidence.title'),
      points: [t('evidence.history'), t('evidence.export')],
      to: { path: '/records', label: t('go') },
    },
    {
      id: 'keyboard',
      title: t('keyboard.title'),
      points: [t('keyboard.list'), t('keyboard.write'), t('keyboard.leave')],
    },
  ];
}
