import { Badge, type BadgeProps } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import type { PersonOut } from '../../src/http/schemas/people.ts';

const colors: Record<PersonOut['status'], NonNullable<BadgeProps['color']>> = {
  active: 'success',
  invited: 'informative',
  locked: 'warning',
  disabled: 'danger',
};

export function PersonStatus({ status }: { status: PersonOut['status'] }) {
  const { t } = useTranslation('people');
  return (
    <Badge appearance="tint" color={colors[status]}>
      {t(`people.statuses.${status}`)}
    </Badge>
  );
}
