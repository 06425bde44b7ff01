import { makeStyles, tokens } from '@fluentui/react-components';
import { ArrowUpload20Regular } from '@fluentui/react-icons/svg/arrow-upload';
import { useEffect, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../i18n/locale.ts';

const useStyles = makeStyles({
  place: {
    position: 'relative',
    display: 'flex',
    alignItems: 'center',
    gap: '8px',
    minHeight: '32px',
    padding: '8px 12px',
    borderRadius: tokens.borderRadiusMedium,
    border: `1px dashed ${tokens.colorNeutralStrokeAccessible}`,
    backgroundColor: tokens.colorNeutralBackground1,
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
    ':focus-within': {
      outline: `2px solid ${tokens.colorStrokeFocus2}`,
      outlineOffset: '1px',
    },
  },
  icon: { display: 'inline-flex', flexShrink: 0, color: tokens.colorBrandForeground1 },
  words: { flex: 1, minWidth: 0, overflowWrap: 'anywhere' },
  size: { color: tokens.colorNeutralForeground2 },
  // It is there, seen through: its clicks, keys, drops and what a screen reader says of it are the browser's.
  input: { position: 'absolute', inset: 0, width: '100%', opacity: 0, cursor: 'pointer' },
});

type Props = {
  id: string;
  file: File | null;
  onFile: (file: File) => void;
  accept?: string;
  /** What a `Field` says of its control. */
  'aria-labelledby'?: string | undefined;
  'aria-describedby'?: string | undefined;
};

/** One file, chosen or dropped, in place of the browser's own button. */
export function FilePicker({ id, file, onFile, accept, ...field }: Props) {
  const { t } = useTranslation('dialogs');
  const styles = useStyles();
  const chosenId = useId();
  useDropBesideIsNothing();
  return (
    <div className={styles.place}>
      <span className={styles.icon} aria-hidden>
        <ArrowUpload20Regular />
      </span>
      <span id={chosenId} className={styles.words} aria-live="polite">
        {file === null ? (
          t('file.choose')
        ) : (
          <>
            <bdi>{file.name}</bdi> <span className={styles.size}>{formatBytes(file.size)}</span>
          </>
        )}
      </span>
      <input
        id={id}
        type="file"
        {...(accept === undefined ? {} : { accept })}
        aria-labelledby={field['aria-labelledby']}
        aria-describedby={[chosenId, field['aria-describedby']].filter(Boolean).join(' ')}
        // The browser's own words for it, which the page's stand for.
        title=""
        className={styles.input}
        onChange={({ currentTarget }) => {
          const [chosen] = currentTarget.files ?? [];
          if (chosen !== undefined) onFile(chosen);
          // The same file may be chosen again once it was mended.
          currentTarget.value = '';
        }}
      />
    </div>
  );
}

/** A file that is dropped beside it would open in place of the page. */
function useDropBesideIsNothing(): void {
  useEffect(() => {
    const keep = (event: DragEvent) => {
      const onInput = event.target instanceof HTMLInputElement && event.target.type === 'file';
      if (!onInput && event.dataTransfer?.types.includes('Files') === true) event.preventDefault();
    };
    window.addEventListener('dragover', keep);
    window.addEventListener('drop', keep);
    return () => {
      window.removeEventListener('dragover', keep);
      window.removeEventListener('drop', keep);
    };
  }, []);
}
