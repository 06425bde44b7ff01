import { MessageBar, MessageBarBody, MessageBarTitle } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import type { Right } from '../../src/core/rights.ts';
import { useWhyNot } from '../ui/may.tsx';

/** Tells why nothing here can be changed, and who can grant it. Shows nothing to whoever holds the right. */
export function ReadOnlyNote({ right }: { right: Right }) {
  const { t } = useTranslation('rights');
  const why = useWhyNot(right);
  if (why === null) return null;
  return (
    <MessageBar intent="info" layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>{t('may.readOnly')}</MessageBarTitle> {why}
      </MessageBarBody>
    </MessageBar>
  );
}
