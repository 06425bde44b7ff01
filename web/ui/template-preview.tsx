import { makeStyles, tokens } from '@fluentui/react-components';
import { ArrowReply16Regular } from '@fluentui/react-icons/svg/arrow-reply';
import { useTranslation } from 'react-i18next';
import { WhatsAppText } from './whatsapp-text.tsx';

const useStyles = makeStyles({
  wall: {
    backgroundColor: tokens.colorNeutralBackground3,
    borderRadius: tokens.borderRadiusLarge,
    padding: '12px',
    display: 'flex',
    flexDirection: 'column',
    gap: '4px',
    margin: 0,
    fontWeight: tokens.fontWeightRegular,
    textAlign: 'start',
  },
  bubble: {
    backgroundColor: tokens.colorNeutralBackground1,
    color: tokens.colorNeutralForeground1,
    borderRadius: '8px',
    borderStartStartRadius: '2px',
    boxShadow: tokens.shadow2,
    maxWidth: '360px',
    width: 'fit-content',
    minWidth: '180px',
  },
  text: { padding: '8px 12px', display: 'flex', flexDirection: 'column', gap: '6px' },
  // Grids: the text inside is as wide as the body, and begins where its own language does.
  header: { fontWeight: tokens.fontWeightSemibold, display: 'grid' },
  footer: { display: 'grid', fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground3 },
  button: {
    display: 'flex',
    alignItems: 'center',
    justifyContent: 'center',
    gap: '6px',
    padding: '8px 12px',
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    color: tokens.colorBrandForegroundLink,
    overflowWrap: 'anywhere',
  },
  buttons: { listStyle: 'none', margin: 0, padding: 0 },
});

export type PreviewParts = {
  header?: string | null;
  body: string;
  footer?: string | null;
  buttons?: string[];
};

/** A WhatsApp template as the customer will see it. The buttons are shown, not pressable. */
export function TemplatePreview({ header, body, footer, buttons = [] }: PreviewParts) {
  const { t } = useTranslation('ui');
  const styles = useStyles();
  return (
    <figure className={styles.wall} aria-label={t('preview.label')}>
      <div className={styles.bubble}>
        <div className={styles.text}>
          {header && (
            <div className={styles.header}>
              <WhatsAppText>{header}</WhatsAppText>
            </div>
          )}
          <WhatsAppText>{body}</WhatsAppText>
          {footer && (
            <div className={styles.footer}>
              <WhatsAppText>{footer}</WhatsAppText>
            </div>
          )}
        </div>
        {buttons.length > 0 && (
          <ul className={styles.buttons} aria-label={t('preview.buttons')}>
            {buttons.map((label) => (
              <li key={label} className={styles.button}>
                <ArrowReply16Regular aria-hidden /> <bdi>{label}</bdi>
              </li>
            ))}
          </ul>
        )}
      </div>
    </figure>
  );
}
