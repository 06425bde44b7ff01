import { Button, makeStyles } from '@fluentui/react-components';
import { Attach20Regular } from '@fluentui/react-icons/svg/attach';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';

const useStyles = makeStyles({ input: { display: 'none' } });

/** Chooses files from the device; they can be pasted and dropped too. */
export function AttachmentButton({
  disabled,
  onFiles,
}: {
  disabled: boolean;
  onFiles: (files: File[]) => void;
}) {
  const styles = useStyles();
  const { t } = useTranslation('chat');
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button
        appearance="subtle"
        icon={<Attach20Regular />}
        aria-label={t('attachment.choose')}
        title={t('attachment.choose')}
        disabledFocusable={disabled}
        onClick={() => !disabled && input.current?.click()}
      />
      <input
        ref={input}
        type="file"
        multiple
        className={styles.input}
        aria-label={t('attachment.choose')}
        tabIndex={-1}
        onChange={({ currentTarget }) => {
          onFiles(Array.from(currentTarget.files ?? []));
          // The same file may be chosen again after it was removed.
          currentTarget.value = '';
        }}
      />
    </>
  );
}
