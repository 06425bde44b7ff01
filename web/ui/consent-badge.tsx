import { Badge } from '@fluentui/react-components';
import { CheckmarkCircle16Filled } from '@fluentui/react-icons/svg/checkmark-circle';
import { Clock16Regular } from '@fluentui/react-icons/svg/clock';
import { DismissCircle16Filled } from '@fluentui/react-icons/svg/dismiss-circle';
import { PauseCircle16Filled } from '@fluentui/react-icons/svg/pause-circle';
import { QuestionCircle16Regular } from '@fluentui/react-icons/svg/question-circle';
import { Send16Regular } from '@fluentui/react-icons/svg/send';
import type { ReactElement } from 'react';
import type { ConsentStateName } from '../../src/http/schemas/common.ts';

export type ShownState = ConsentStateName | 'on-hold';
type Look = {
  word: string;
  color: 'success' | 'danger' | 'warning' | 'informative' | 'brand';
  icon: ReactElement;
};

const looks: Record<ShownState, Look> = {
  'not-asked': { word: 'Not asked', color: 'informative', icon: <QuestionCircle16Regular /> },
  requested: { word: 'Requested', color: 'brand', icon: <Send16Regular /> },
  granted: { word: 'Granted', color: 'success', icon: <CheckmarkCircle16Filled /> },
  denied: { word: 'Denied', color: 'danger', icon: <DismissCircle16Filled /> },
  expired: { word: 'Expired', color: 'warning', icon: <Clock16Regular /> },
  'on-hold': { word: 'On hold', color: 'warning', icon: <PauseCircle16Filled /> },
};

/** The word a state goes by on every screen. */
export function consentWord(state: ShownState): string {
  return looks[state].word;
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
  const look = looks[onHold ? 'on-hold' : state];
  const before = purpose === undefined ? '' : purpose === 'service' ? 'Service: ' : 'Marketing: ';
  return (
    <Badge
      appearance="tint"
      color={look.color}
      icon={look.icon}
      title={onHold ? `On hold; before that: ${looks[state].word.toLowerCase()}` : undefined}
      style={{ whiteSpace: 'nowrap', flexShrink: 0 }}
    >
      {before}
      {look.word}
    </Badge>
  );
}
