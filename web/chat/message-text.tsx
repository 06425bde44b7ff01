import { Link } from '@fluentui/react-components';
import { WhatsAppText } from '../ui/whatsapp-text.tsx';
import { splitLinks } from './links.ts';

/** A message's text as WhatsApp shows it, in its own writing direction; web addresses open in a new tab. */
export function MessageText({ text }: { text: string }) {
  return (
    <div dir="auto" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
      {splitLinks(text).map((run, index) =>
        run.href === undefined ? (
          <WhatsAppText key={index}>{run.text}</WhatsAppText>
        ) : (
          <Link key={index} href={run.href} target="_blank" rel="noopener noreferrer nofollow" inline>
            {run.text}
          </Link>
        ),
      )}
    </div>
  );
}
