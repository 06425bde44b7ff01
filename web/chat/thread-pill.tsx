import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { ArrowDown16Regular } from '@fluentui/react-icons/svg/arrow-down';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

const useStyles = makeStyles({
  place: {
    position: 'absolute',
    insetBlockEnd: '12px',
    insetInlineEnd: '20px',
    pointerEvents: 'none',
    zIndex: 3,
  },
  pill: { pointerEvents: 'auto', boxShadow: tokens.shadow8 },
});

type Props = {
  newest: { key: string; incoming: boolean } | null;
  atEnd: boolean;
  onClick: () => void;
};

/** The way back to the end for somebody who reads further up; it says when something new came in meanwhile. */
export function ThreadPill({ newest, atEnd, onClick }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('chat');
  const key = newest?.key ?? '';
  const seen = useRef(key);
  const [fresh, setFresh] = useState(false);
  useEffect(() => {
    if (atEnd) {
      seen.current = key;
      setFresh(false);
    } else if (seen.current !== key && newest?.incoming === true) setFresh(true);
  }, [atEnd, key, newest?.incoming]);
  if (atEnd || key === '') return null;
  return (
    <div className={styles.place}>
      <Button
        className={styles.pill}
        size="small"
        shape="circular"
        appearance={fresh ? 'primary' : 'secondary'}
        icon={<ArrowDown16Regular />}
        onClick={onClick}
      >
        {fresh ? t('thread.newMessages') : t('thread.toNewest')}
      </Button>
    </div>
  );
}
