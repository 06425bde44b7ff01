import { h, icon } from './dom.js';

/**
 * @typedef {import('./api.js').Message} Message
 * @typedef {{
 *   byId: Map<string, Message>, business: string, reactions: string[],
 *   tap: (message: Message, index: number) => void,
 *   openList: (message: Message) => void,
 *   act: (message: Message, button: HTMLElement) => void,
 * }} Surroundings
 */

const time = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });

/**
 * One message with what hangs on it: quote, buttons, ticks, reactions.
 * @param {Message} message
 * @param {Surroundings} around
 */
export function bubble(message, around) {
  const mine = message.direction === 'in';
  const quoted = message.replyTo ? around.byId.get(message.replyTo) : undefined;
  const at = new Date(message.at);
  const more = h(
    'button',
    {
      type: 'button',
      class: 'bubble-more',
      'aria-label': `Actions for: ${summary(message)}`,
      'data-focus': 'more',
    },
    icon('down'),
  );
  more.addEventListener('click', () => around.act(message, more));
  const body = h(
    'div',
    { class: 'bubble' },
    h('span', { class: 'hidden' }, mine ? 'You: ' : `${around.business}: `),
    !message.revoked && quoted && quote(quoted, around.business),
    !message.revoked && message.header && h('p', { class: 'bubble-header' }, message.header),
    ...(message.revoked ? [] : [media(message)]),
    message.revoked
      ? h('p', { class: 'bubble-text gone' }, 'You deleted this message')
      : textOf(message) && h('p', { class: 'bubble-text', dir: 'auto' }, textOf(message)),
    !message.revoked && message.footer && h('p', { class: 'bubble-footer' }, message.footer),
    h(
      'p',
      { class: 'bubble-meta' },
      message.edited && !message.revoked && 'Edited · ',
      h('time', { datetime: message.at }, time.format(at)),
      mine && ticks(message.status),
    ),
    !message.revoked && more,
  );
  const parts = [body];
  if (message.listLabel)
    parts.push(buttonRow(message.listLabel, 'list', false, () => around.openList(message), 'list'));
  else
    for (const button of message.buttons)
      parts.push(
        buttonRow(
          button.label,
          'reply',
          button.tapped,
          () => around.tap(message, button.index),
          `b${button.index}`,
        ),
      );
  if (around.reactions.length > 0)
    parts.push(
      h(
        'div',
        { class: 'reactions' },
        h('span', { class: 'hidden' }, 'Reactions: '),
        around.reactions.join(' '),
      ),
    );
  return h('div', { class: `line ${mine ? 'mine' : 'theirs'}`, 'data-id': message.id }, ...parts);
}

/**
 * @param {string} label
 * @param {'reply' | 'list'} drawing
 * @param {boolean} tapped
 * @param {() => void} tap
 * @param {string} focus
 */
function buttonRow(label, drawing, tapped, tap, focus) {
  return h(
    'button',
    { type: 'button', class: `answer${tapped ? ' tapped' : ''}`, onclick: tap, 'data-focus': focus },
    icon(drawing),
    h('span', { dir: 'auto' }, label),
    tapped && h('span', { class: 'hidden' }, ' (tapped)'),
  );
}

/** @param {string} status */
function ticks(status) {
  const read = status === 'read';
  return h(
    'span',
    { class: `ticks${read ? ' read' : ''}` },
    icon('ticks'),
    h('span', { class: 'hidden' }, read ? ' read' : ' delivered'),
  );
}

/**
 * @param {Message} message
 * @param {string} business
 */
function quote(message, business) {
  return h(
    'div',
    { class: 'quote' },
    h('strong', {}, message.direction === 'in' ? 'You' : business),
    h('span', { dir: 'auto' }, summary(message)),
  );
}

/** @param {Message} message */
function media(message) {
  if (!message.media) return null;
  const { id, filename } = message.media;
  const name = filename ?? kinds[message.kind] ?? 'File';
  if (id && (message.kind === 'image' || message.kind === 'sticker'))
    return h('img', {
      class: 'picture',
      src: `/emulator/media/${encodeURIComponent(id)}`,
      alt: message.text || name,
    });
  const label = h('span', {}, name);
  return id
    ? h(
        'a',
        { class: 'file', href: `/emulator/media/${encodeURIComponent(id)}`, target: '_blank' },
        icon('file'),
        label,
      )
    : h('span', { class: 'file' }, icon('file'), label);
}

/** @type {Record<string, string>} */
const kinds = {
  image: 'Photo',
  video: 'Video',
  audio: 'Voice message',
  document: 'Document',
  sticker: 'Sticker',
  location: 'Location',
  contacts: 'Contact',
  unsupported: 'A message WhatsApp cannot show the business',
};

/** @param {Message} message */
function textOf(message) {
  if (message.kind === 'unsupported') return kinds.unsupported ?? '';
  return message.text || (message.media ? '' : (kinds[message.kind] ?? message.kind));
}

/**
 * One line for lists, quotes and labels.
 * @param {Message} message
 */
export function summary(message) {
  if (message.revoked) return 'Deleted message';
  if (message.kind === 'reaction') return message.text ? `Reacted ${message.text}` : 'Took a reaction back';
  const text = textOf(message) || message.media?.filename || kinds[message.kind] || message.kind;
  const line = text.replace(/\s+/g, ' ');
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}
