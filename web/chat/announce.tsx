import { makeStyles } from '@fluentui/react-components';
import { useEffect, useRef, useState } from 'react';

const useStyles = makeStyles({
  hidden: {
    position: 'absolute',
    width: '1px',
    height: '1px',
    overflow: 'hidden',
    clipPath: 'inset(50%)',
    whiteSpace: 'nowrap',
  },
});

/**
 * Tells a screen reader `text` when `id` changes, not when the screen is first shown. The region itself stays in the
 * page, as one that appears together with its text is not read.
 */
export function Announce({ text, id }: { text: string; id: string }) {
  const styles = useStyles();
  const [spoken, setSpoken] = useState('');
  const known = useRef<string | null>(null);
  useEffect(() => {
    if (known.current !== null && known.current !== '' && known.current !== id) setSpoken(text);
    known.current = id;
  }, [id, text]);
  return (
    <div className={styles.hidden} aria-live="polite">
      {spoken}
    </div>
  );
}
