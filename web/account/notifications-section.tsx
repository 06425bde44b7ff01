import { Field, MessageBar, MessageBarBody, makeStyles, Switch } from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useChangePreferences } from '../ui/follow-person.ts';
import { FormSection } from '../ui/form-section.tsx';
import { useMe } from '../ui/me.tsx';
import { useNotify } from '../ui/notify.ts';

// Under the words of the switch, which keeps a space of its own around it.
const useStyles = makeStyles({ hint: { marginInlineStart: '60px', marginBlockStart: '-4px' } });

/** `missing` where the browser has none, or the page is not served securely enough for them. */
type Permission = NotificationPermission | 'missing';

function permissionNow(): Permission {
  return 'Notification' in window ? Notification.permission : 'missing';
}

/** Sound and notifications of the browser. The browser asks for its permission when the switch is turned on. */
export function NotificationsSection() {
  const { t } = useTranslation('people');
  const styles = useStyles();
  const notify = useNotify();
  const { sound, browserNotifications } = useMe().preferences;
  const change = useChangePreferences();
  const [permission, setPermission] = useState(permissionNow);
  const keep = (patch: { sound?: boolean; browserNotifications?: boolean }) =>
    change.mutate(patch, { onError: (error) => notify.problem(error) });
  const turn = async (on: boolean) => {
    if (on && permission === 'default') {
      const given = await Notification.requestPermission();
      setPermission(given);
      if (given !== 'granted') return;
    }
    keep({ browserNotifications: on });
  };
  const refused = permission === 'denied' || permission === 'missing';
  return (
    <FormSection title={t('account.notifications')} description={t('account.notificationsText')}>
      <Field hint={{ className: styles.hint, children: t('account.soundHint') }}>
        <Switch
          checked={sound}
          label={t('account.sound')}
          onChange={(_, { checked }) => keep({ sound: checked })}
        />
      </Field>
      <Field hint={{ className: styles.hint, children: t('account.browserHint') }}>
        <Switch
          checked={browserNotifications && permission === 'granted'}
          disabled={refused}
          label={t('account.browser')}
          onChange={(_, { checked }) => void turn(checked)}
        />
      </Field>
      {refused && (
        <MessageBar intent="info" layout="multiline">
          <MessageBarBody>{t(`account.permission.${permission}`)}</MessageBarBody>
        </MessageBar>
      )}
    </FormSection>
  );
}
