import { Link, makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { Fragment, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { WhatsAppText } from '../ui/whatsapp-text.tsx';
import { splitLinks } from './links.ts';
import { beginningOf, emojiAlone, flattened, plainText } from './message-plain.ts';

const useStyles = makeStyles({
  // What climbs over its line, as stacks of accents do, ends at the bubble.
  text: { overflowWrap: 'anywhere', overflow: 'clip', unicodeBidi: 'isolate', whiteSpace: 'pre-wrap' },
  large: { fontSize: '36px', lineHeight: '44px' },
  larger: { fontSize: '48px', lineHeight: '58px' },
  host: { color: tokens.colorPaletteDarkOrangeForeground1, fontWeight: tokens.fontWeightSemibold },
  more: { display: 'block', paddingBlockStart: '4px' },
});

/**
 * A message's text as WhatsApp shows it, in its own writing direction; web addresses open in a new tab, and one that
 * could pass for another says where it leads. A long text shows its beginning, and all of it when asked.
 */
export function MessageText({ text }: { text: string }) {
  const styles = useStyles();
  const { t } = useTranslation('chat');
  const [whole, setWhole] = useState(false);
  const shown = flattened(plainText(text));
  const part = whole ? null : beginningOf(shown);
  const emoji = emojiAlone(shown);
  return (
    <div
      dir="auto"
      className={mergeClasses(styles.text, emoji > 0 && styles.large, emoji === 1 && styles.larger)}
    >
      <WhatsAppText plain={withLinks}>{part === null ? shown : `${part.beginning}…`}</WhatsAppText>
      {part !== null && (
        <Link as="button" className={styles.more} onClick={() => setWhole(true)}>
          {t('text.showAll', { count: part.left })}
        </Link>
      )}
    </div>
  );
}

function withLinks(text: string) {
  return splitLinks(text).map((run, index) =>
    run.href === undefined ? <Fragment key={index}>{run.text}</Fragment> : <WebLink key={index} run={run} />,
  );
}

function WebLink({ run }: { run: { text: string; href?: string; host?: string } }) {
  const styles = useStyles();
  const { t } = useTranslation('chat');
  return (
    <>
      <Link
        href={run.href}
        target="_blank"
        rel="noopener noreferrer nofollow"
        inline
        title={t('text.opensAt', { address: run.href })}
      >
        <bdi dir="ltr">{run.text}</bdi>
      </Link>
      {run.host !== undefined && (
        <span className={styles.host}> {t('text.leadsTo', { host: run.host })}</span>
      )}
    </>
  );
}
