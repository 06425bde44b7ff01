import { makeStyles, tokens } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { Trans } from 'react-i18next/TransWithoutContext';
import type { SendableTemplate } from '../../src/http/schemas/chat.ts';
import { blockedText } from '../i18n/server-text.ts';
import { Time } from '../ui/time.tsx';

const useStyles = makeStyles({ reason: { color: tokens.colorNeutralForeground2 } });

/** Why a template may not be sent now, and from when it may. `id` lets a button name it as its description. */
export function BlockedReason({ template, id }: { template: SendableTemplate; id?: string }) {
  const styles = useStyles();
  const { t } = useTranslation('chat');
  const { until } = template;
  return (
    <span id={id} className={styles.reason}>
      {blockedText(template) ?? t('picker.notNow')}
      {until !== undefined && (
        <>
          {' '}
          <Trans t={t} i18nKey="picker.fromTime" components={{ when: <Time at={until} form="since" /> }} />
        </>
      )}
    </span>
  );
}
