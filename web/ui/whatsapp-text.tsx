import { makeStyles, tokens } from '@fluentui/react-components';
import { Fragment, type ReactNode } from 'react';
import { type Block, blocksOf, type Run, runsOf } from './whatsapp-format.ts';

const useStyles = makeStyles({
  text: { whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', unicodeBidi: 'isolate' },
  block: { display: 'block' },
  quote: {
    display: 'block',
    paddingInlineStart: '8px',
    borderInlineStartWidth: '3px',
    borderInlineStartStyle: 'solid',
    borderInlineStartColor: tokens.colorNeutralStroke1,
    color: tokens.colorNeutralForeground2,
  },
  item: { display: 'flex', gap: '6px' },
  itemText: { minWidth: 0 },
});

/** How plain text inside is shown; a message makes links of web addresses. */
type Plain = (text: string) => ReactNode;
const asIs: Plain = (text) => text;

/** Text as WhatsApp shows it: breaks, *bold*, _italic_, ~struck~, `code`, quotations and lists; nothing else is markup. */
export function WhatsAppText({ children, plain = asIs }: { children: string; plain?: Plain }) {
  const styles = useStyles();
  const blocks = blocksOf(children);
  return (
    <span className={styles.text} dir="auto">
      {blocks.map((block, index) => (
        <BlockView key={index} block={block} plain={plain} />
      ))}
    </span>
  );
}

function BlockView({ block, plain }: { block: Block; plain: Plain }) {
  const styles = useStyles();
  switch (block.kind) {
    case 'lines':
      return <Runs runs={runsOf(block.text)} plain={plain} />;
    case 'code':
      return <code>{block.text}</code>;
    case 'quote':
      return (
        <span className={styles.quote}>
          <Runs runs={runsOf(block.text)} plain={plain} />
        </span>
      );
    // No list elements: the text may stand inside a paragraph.
    case 'list':
      return (
        <span className={styles.block}>
          {block.items.map((item, index) => (
            <span key={index} className={styles.item}>
              <span>{block.start === null ? '•' : `${block.start + index}.`}</span>
              <span className={styles.itemText} dir="auto">
                <Runs runs={runsOf(item)} plain={plain} />
              </span>
            </span>
          ))}
        </span>
      );
  }
}

function Runs({ runs, plain }: { runs: Run[]; plain: Plain }) {
  return runs.map((run, index) => <Fragment key={index}>{runView(run, plain)}</Fragment>);
}

function runView(run: Run, plain: Plain): ReactNode {
  switch (run.kind) {
    case 'text':
      return plain(run.text);
    case 'code':
      return <code>{run.text}</code>;
    case 'bold':
      return (
        <strong>
          <Runs runs={run.runs} plain={plain} />
        </strong>
      );
    case 'italic':
      return (
        <em>
          <Runs runs={run.runs} plain={plain} />
        </em>
      );
    case 'struck':
      return (
        <s>
          <Runs runs={run.runs} plain={plain} />
        </s>
      );
  }
}
