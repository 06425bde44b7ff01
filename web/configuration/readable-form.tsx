import { FluentProvider, tokens } from '@fluentui/react-components';
import type { ReactNode } from 'react';

/** Fields that are disabled because this person only reads are still to be read, so they keep the colour of text. */
const readable = {
  colorNeutralForegroundDisabled: tokens.colorNeutralForeground2,
  colorNeutralStrokeDisabled: tokens.colorNeutralStroke2,
};

export function ReadableForm({ readOnly, children }: { readOnly: boolean; children: ReactNode }) {
  return readOnly ? <FluentProvider theme={readable}>{children}</FluentProvider> : children;
}
