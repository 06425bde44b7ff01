import { Button } from '@fluentui/react-components';
import { Checkmark20Regular } from '@fluentui/react-icons/svg/checkmark';
import { Copy20Regular } from '@fluentui/react-icons/svg/copy';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

type Props = { text: string; label: string; onCopied?: () => void };

/** Copies a text; says so for a moment, to screen readers as well. */
export function CopyButton({ text, label, onCopied }: Props) {
  const { t } = useTranslation('ui');
  const [result, setResult] = useState<'copied' | 'failed' | null>(null);
  useEffect(() => {
    if (result === null) return;
    const timer = setTimeout(() => setResult(null), 2_500);
    return () => clearTimeout(timer);
  }, [result]);
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => {
        setResult('copied');
        onCopied?.();
      },
      () => setResult('failed'),
    );
  return (
    <>
      <Button
        icon={result === 'copied' ? <Checkmark20Regular /> : <Copy20Regular />}
        aria-label={label}
        onClick={() => void copy()}
      >
        {result === 'copied' ? t('copy.copied') : t('copy.copy')}
      </Button>
      {/* No place in the layout while it says nothing. */}
      <span role="status" style={result === 'failed' ? {} : { display: 'contents' }}>
        {result === 'failed' ? t('copy.failed') : ''}
      </span>
    </>
  );
}
