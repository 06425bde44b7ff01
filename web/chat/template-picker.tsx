import {
  Badge,
  Button,
  Dialog,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  makeStyles,
  mergeClasses,
  SearchBox,
  tokens,
} from '@fluentui/react-components';
import { CheckmarkCircle20Regular } from '@fluentui/react-icons/svg/checkmark-circle';
import { Dismiss20Regular } from '@fluentui/react-icons/svg/dismiss';
import { LockClosed20Regular } from '@fluentui/react-icons/svg/lock-closed';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SendableOut, SendableTemplate } from '../../src/http/schemas/chat.ts';
import { blockedText } from '../i18n/server-text.ts';
import { EmptyState } from '../ui/states.tsx';
import { localTime } from '../ui/time.tsx';
import type { Recipient } from './chat-queries.ts';
import { matchingTemplates } from './template-search.ts';
import { TemplateSend } from './template-send.tsx';

/** So many are seen at a glance. */
const FEW = 5;
const narrow = '@media (max-width: 720px)';

const useStyles = makeStyles({
  surface: { maxWidth: '860px', width: '94vw', maxHeight: '92vh' },
  content: {
    display: 'grid',
    gridTemplateColumns: 'minmax(220px, 300px) 1fr',
    gap: '16px',
    minHeight: '320px',
    [narrow]: { gridTemplateColumns: '1fr', alignContent: 'start' },
  },
  side: { display: 'flex', flexDirection: 'column', gap: '8px', minWidth: 0 },
  none: { color: tokens.colorNeutralForeground2, padding: '8px' },
  list: {
    listStyle: 'none',
    margin: 0,
    padding: '2px',
    display: 'flex',
    flexDirection: 'column',
    gap: '4px',
  },
  choice: {
    width: '100%',
    display: 'flex',
    gap: '8px',
    alignItems: 'flex-start',
    textAlign: 'start',
    padding: '8px 10px',
    font: 'inherit',
    color: tokens.colorNeutralForeground1,
    backgroundColor: 'transparent',
    border: `1px solid transparent`,
    borderRadius: tokens.borderRadiusMedium,
    cursor: 'pointer',
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
  chosen: {
    backgroundColor: tokens.colorNeutralBackground1Selected,
    border: `1px solid ${tokens.colorBrandStroke1}`,
  },
  blocked: { color: tokens.colorNeutralForeground3 },
  name: {
    fontWeight: tokens.fontWeightSemibold,
    display: 'flex',
    flexDirection: 'column',
    gap: '4px',
    alignItems: 'flex-start',
  },
  reason: { fontSize: tokens.fontSizeBase200, lineHeight: tokens.lineHeightBase200 },
  icon: { flexShrink: 0, lineHeight: 0, paddingTop: '2px' },
});

type Props = {
  to: Recipient;
  sendable: SendableOut;
  /** The message template to begin with; empty: the likeliest. */
  first: string;
  onClose: (sent: boolean) => void;
};

/** All templates of this customer's record type: what the gate allows first, the rest grey with its reason. */
export function TemplatePicker({ to, sendable, first, onClose }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('chat');
  const [chosenId, setChosenId] = useState(first);
  const [search, setSearch] = useState('');
  const all = inOrder(sendable);
  const templates = matchingTemplates(all, search);
  const chosen = templates.find((template) => template.messageTemplateId === chosenId) ?? templates[0];
  return (
    <Dialog open onOpenChange={(_, data) => !data.open && onClose(false)}>
      <DialogSurface className={styles.surface}>
        <DialogBody>
          <DialogTitle
            action={
              <Button
                appearance="subtle"
                aria-label={t('picker.close')}
                icon={<Dismiss20Regular />}
                onClick={() => onClose(false)}
              />
            }
          >
            {t('picker.title')}
          </DialogTitle>
          {all.length === 0 ? (
            <DialogContent>
              <EmptyState title={t('picker.empty')}>{t('picker.emptyText')}</EmptyState>
            </DialogContent>
          ) : (
            <DialogContent className={styles.content}>
              <div className={styles.side}>
                {all.length > FEW && (
                  <SearchBox
                    aria-label={t('picker.search')}
                    placeholder={t('picker.search')}
                    value={search}
                    onChange={(_, data) => setSearch(data.value)}
                  />
                )}
                {templates.length === 0 && <p className={styles.none}>{t('picker.noneFits', { search })}</p>}
                <ul className={styles.list} aria-label={t('picker.list')}>
                  {templates.map((template) => (
                    <li key={template.messageTemplateId}>
                      <Choice
                        template={template}
                        chosen={template === chosen}
                        onChoose={() => setChosenId(template.messageTemplateId)}
                      />
                    </li>
                  ))}
                </ul>
              </div>
              {chosen !== undefined && (
                <TemplateSend
                  key={chosen.messageTemplateId}
                  to={to}
                  template={chosen}
                  sendable={sendable}
                  onSent={() => onClose(true)}
                />
              )}
            </DialogContent>
          )}
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

/** What may be sent first; and whom we may already write to is not asked again by default. */
function inOrder({ templates, consent }: SendableOut): SendableTemplate[] {
  const rank = ({ allowed, asksFor }: SendableTemplate) =>
    (allowed ? 0 : 2) + (asksFor !== null && consent[asksFor] === 'granted' ? 1 : 0);
  return [...templates].sort((a, b) => rank(a) - rank(b));
}

type ChoiceProps = { template: SendableTemplate; chosen: boolean; onChoose: () => void };

function Choice({ template, chosen, onChoose }: ChoiceProps) {
  const styles = useStyles();
  const { t } = useTranslation('chat');
  return (
    <button
      type="button"
      aria-pressed={chosen}
      className={mergeClasses(styles.choice, !template.allowed && styles.blocked, chosen && styles.chosen)}
      onClick={onChoose}
    >
      <span className={styles.icon} aria-hidden>
        {template.allowed ? <CheckmarkCircle20Regular /> : <LockClosed20Regular />}
      </span>
      <span>
        <span className={styles.name}>
          <bdi>{template.name}</bdi>
          <Badge appearance="outline" color="informative" size="small">
            <TypeName template={template} />
          </Badge>
        </span>
        {!template.allowed && (
          <span className={styles.reason}>
            {blockedText(template) ?? t('picker.notNow')}{' '}
            {template.until !== undefined && t('picker.from', { when: localTime(template.until, 'since') })}
          </span>
        )}
      </span>
    </button>
  );
}

function TypeName({ template: { type, asksFor } }: { template: SendableTemplate }) {
  const { t } = useTranslation('chat');
  switch (type) {
    case 'consent':
      return t(asksFor === 'marketing' ? 'picker.type.consentMarketing' : 'picker.type.consent');
    case 'utility':
      return t('picker.type.utility');
    case 'marketing':
      return t('picker.type.marketing');
    default:
      return type;
  }
}
