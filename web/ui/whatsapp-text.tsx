import { Fragment, type ReactNode } from 'react';

const marks = [
  { pattern: /```([^`]+)```/, wrap: (inner: ReactNode) => <code>{inner}</code> },
  {
    pattern: /(?<![\p{L}\p{N}*])\*(?!\s)([^*\n]+?)(?<!\s)\*(?![\p{L}\p{N}*])/u,
    wrap: (inner: ReactNode) => <strong>{inner}</strong>,
  },
  {
    pattern: /(?<![\p{L}\p{N}_])_(?!\s)([^_\n]+?)(?<!\s)_(?![\p{L}\p{N}_])/u,
    wrap: (inner: ReactNode) => <em>{inner}</em>,
  },
  {
    pattern: /(?<![\p{L}\p{N}~])~(?!\s)([^~\n]+?)(?<!\s)~(?![\p{L}\p{N}~])/u,
    wrap: (inner: ReactNode) => <s>{inner}</s>,
  },
];

function format(text: string, from = 0): ReactNode {
  for (let index = from; index < marks.length; index += 1) {
    const mark = marks[index];
    const match = mark?.pattern.exec(text);
    if (mark === undefined || match === null || match === undefined) continue;
    const inner = match[1] ?? '';
    return (
      <Fragment>
        {format(text.slice(0, match.index), index)}
        {mark.wrap(index === 0 ? inner : format(inner, index + 1))}
        {format(text.slice(match.index + match[0].length), index)}
      </Fragment>
    );
  }
  return text;
}

/** Text as WhatsApp shows it: line breaks kept, *bold*, _italic_, ~struck~ and ```code``` marked up, nothing else. */
export function WhatsAppText({ children }: { children: string }) {
  return (
    <span style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }} dir="auto">
      {format(children)}
    </span>
  );
}
