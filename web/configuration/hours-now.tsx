import { Badge } from '@fluentui/react-components';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { closedPeriod, opensInWords } from '../../src/core/working-hours.ts';
import type { WorkingHours } from '../../src/http/schemas/desk.ts';
import { currentLocale } from '../i18n/locale.ts';

/** What these hours mean at this moment; by the same rules as the automatic answer. */
export function HoursNow({ hours }: { hours: WorkingHours }) {
  const { t } = useTranslation('configuration');
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  const closed = closedPeriod(hours, now);
  const words =
    closed === null
      ? t('workingHours.nowOpen')
      : closed.opens === null
        ? t('workingHours.nowClosed')
        : t('workingHours.nowClosedUntil', {
            opens: opensInWords(closed.opens, now, hours.timeZone, currentLocale()),
          });
  return (
    <div>
      <Badge appearance="tint" color={closed === null ? 'success' : 'informative'} size="large">
        {words}
      </Badge>
    </div>
  );
}
