import { Badge } from '@fluentui/react-components';
import { CheckmarkCircle16Filled } from '@fluentui/react-icons/svg/checkmark-circle';
import { Clock16Regular } from '@fluentui/react-icons/svg/clock';
import { DismissCircle16Filled } from '@fluentui/react-icons/svg/dismiss-circle';
import { PauseCircle16Filled } from '@fluentui/react-icons/svg/pause-circle';
import { QuestionCircle16Regular } from '@fluentui/react-icons/svg/question-circle';
import { Send16Regular } from '@fluentui/react-icons/svg/send';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ConsentStateName } from '../../src/http/schemas/common.ts';
import { translate } from '../i18n/i18n.ts';

export type ShownState = ConsentStateName | 'on-hold';
type Look = {
  color: 'success' | 'danger' | 'warning' | 'informative' | 'brand';
  icon: ReactElement;
};

const looks: Record<ShownState, Look> = {
  'not-asked': { color: 'informative', icon: <QuestionCircle16Regular /> },
  requested: { color: 'brand', icon: <Send16Regular /> },
  granted: { color: 'success', icon: <CheckmarkCircle16Filled /> },
  denied: { color: 'danger', icon: <DismissCircle16Filled /> },
  expired: { color: 'warning', icon: <Clock16Regular /> },
  'on-hold': { color: 'warning', icon: <PauseCircle16Filled /> },
};

/** The word a state goes by on every screen, in the language spoken when it is called. */
export function consentWord(state: ShownState): string {
  return translate(`ui:consent.state.${state}`);
}

/** A consent state as word, icon and colour. On hold is shown in the state's place; the state stays in the tooltip. */
export function ConsentBadge({
  state,
  onHold = false,
  purpose,
}: {
  state: ConsentStateName;
  onHold?: boolean;
  /** Written before the word where a screen shows both purposes. */
  purpose?: 'service' | 'marketing';
}) {
  const { t } = useTranslation('ui');
  const look = looks[onHold ? 'on-hold' : state];
  const word = t(`consent.state.${onHold ? 'on-hold' : state}`);
  return (
    <Badge
      appearance="tint"
      color={look.color}
      icon={look.icon}
      title={onHold ? t(`consent.beforeHold.${state}`) : undefined}
      style={{ whiteSpace: 'nowrap', flexShrink: 0 }}
    >
      {purpose === undefined ? word : t(`consent.for.${purpose}`, { state: word })}
    </Badge>
  );
}
