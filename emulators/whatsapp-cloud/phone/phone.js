import { call, pathOf } from './api.js';
import { bubble, summary } from './bubble.js';
import { byId, h, icon } from './dom.js';

/**
 * @typedef {import('./api.js').Customer} Customer
 * @typedef {import('./api.js').Message} Message
 */

/** @type {Customer[]} */
let customers = [];
let business = { verifiedName: 'Business', displayPhoneNumber: '' };
/** Phone of the open chat, from the address: `#+15550100123`. @type {string | null} */
let open = null;
/** @type {Message[]} */
let thread = [];
/** @type {{kind: 'reply' | 'edit', message: Message} | null} */
let quoting = null;
/** What stands in the thread, so that only what changed is drawn again. @type {Map<string, {key: string, node: HTMLElement}>} */
let drawn = new Map();
/** Unsent text per customer. @type {Map<string, string>} */
const drafts = new Map();
/** @type {number | undefined} */
let typingTimer;

const text = /** @type {HTMLTextAreaElement} */ (byId('text'));
const dialog = /** @type {HTMLDialogElement} */ (byId('dialog'));

const day = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const shortDay = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const time = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });

/** @param {string} phone */
function shownNumber(phone) {
  const us = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(phone);
  return us ? `+1 ${us[1]} ${us[2]} ${us[3]}` : phone;
}

/** @param {Date} date */
function dayLabel(date) {
  const today = new Date().toDateString();
  const yesterday = new Date(Date.now() - 86_400_000).toDateString();
  if (date.toDateString() === today) return 'Today';
  return date.toDateString() === yesterday ? 'Yesterday' : day.format(date);
}

/** @param {string} name */
function initials(name) {
  const words = name.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters
    .map((word) => [...(word ?? '?')][0] ?? '')
    .join('')
    .toUpperCase();
}

/** @param {string} phone */
function hue(phone) {
  return `tint-${Number(phone.replace(/\D/g, '').slice(-3)) % 6}`;
}

function current() {
  return customers.find((customer) => customer.phone === open) ?? null;
}

function drawPeople() {
  const sorted = [...customers].sort((a, b) =>
    (b.lastMessage?.at ?? '').localeCompare(a.lastMessage?.at ?? ''),
  );
  byId('no-people').hidden = customers.length > 0;
  const focused = document.activeElement?.getAttribute('data-phone');
  byId('people').replaceChildren(
    ...sorted.map((customer) => {
      const last = customer.lastMessage;
      const when = last ? new Date(last.at) : null;
      const stamp =
        when &&
        (when.toDateString() === new Date().toDateString() ? time.format(when) : shortDay.format(when));
      return h(
        'li',
        {},
        h(
          'a',
          {
            href: `#${customer.phone}`,
            class: 'person',
            'data-phone': customer.phone,
            'aria-current': customer.phone === open ? 'true' : null,
          },
          h(
            'span',
            { class: `avatar ${hue(customer.phone)}`, 'aria-hidden': 'true' },
            initials(customer.name),
          ),
          h(
            'span',
            { class: 'person-text' },
            h('span', { class: 'person-name' }, customer.name),
            h('span', { class: 'person-number' }, shownNumber(customer.phone)),
            h(
              'span',
              { class: 'person-last', dir: 'auto' },
              last ? `${last.direction === 'in' ? 'You: ' : ''}${summary(last)}` : 'No messages yet',
            ),
          ),
          h(
            'span',
            { class: 'person-side' },
            stamp && h('span', { class: 'person-time' }, stamp),
            customer.unread > 0 &&
              h(
                'span',
                { class: 'unread' },
                String(customer.unread),
                h(
                  'span',
                  { class: 'hidden' },
                  customer.unread === 1 ? ' unread message' : ' unread messages',
                ),
              ),
          ),
        ),
      );
    }),
  );
  if (focused)
    for (const link of byId('people').querySelectorAll('a'))
      if (link.getAttribute('data-phone') === focused) link.focus();
}

function drawChat() {
  const customer = current();
  document.body.dataset.view = open ? 'chat' : 'list';
  byId('chat').hidden = open === null;
  byId('pick').hidden = open !== null;
  byId('whose').textContent = customer?.name ?? (open ? shownNumber(open) : '');
  byId('business-name').textContent = business.verifiedName;
  byId('business-avatar').textContent = initials(business.verifiedName);
  if (typingTimer === undefined) byId('business-line').textContent = 'Business account';
  document.title = customer ? `${customer.name}: customer's phone` : "Customer's phone";
  byId('blocked').hidden = !customer?.blocksBusiness;
  byId('composer').hidden = customer?.blocksBusiness ?? false;
  drawThread();
}

function drawThread() {
  const box = byId('thread');
  const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 80;
  const arrived = thread.filter(
    (message) => message.direction === 'in' || ['delivered', 'read', 'played'].includes(message.status),
  );
  const byMessage = new Map(thread.map((message) => [message.id, message]));
  const visible = arrived.filter(({ kind }) => !['reaction', 'edit', 'revoke'].includes(kind));
  const active = document.activeElement;
  const focusLine = active?.closest('.line')?.getAttribute('data-id');
  const focusPart = active?.getAttribute('data-focus');
  /** @type {HTMLElement[]} */
  const nodes = [];
  const next = new Map();
  let lastDay = '';
  for (const message of visible) {
    const label = dayLabel(new Date(message.at));
    if (label !== lastDay) nodes.push(h('p', { class: 'day' }, h('span', {}, label)));
    lastDay = label;
    const reactions = reactionsTo(message, arrived);
    const quoted = message.replyTo ? byMessage.get(message.replyTo) : null;
    // What the business wrote shows no ticks: drawn anew when it is marked as read, it would lose the tap that is under way.
    const shown = message.direction === 'in' ? message : { ...message, status: '' };
    const key = JSON.stringify([shown, reactions, quoted?.text, quoted?.revoked]);
    const before = drawn.get(message.id);
    const node =
      before?.key === key
        ? before.node
        : bubble(message, {
            byId: byMessage,
            business: business.verifiedName,
            reactions,
            tap: (target, index) => void send({ buttonOf: target.id, button: index }),
            openList,
            act: openActions,
          });
    next.set(message.id, { key, node });
    nodes.push(node);
  }
  drawn = next;
  if (visible.length === 0)
    nodes.push(
      h(
        'div',
        { class: 'empty' },
        h('p', { class: 'empty-title' }, 'No messages yet'),
        h('p', {}, `Write to ${business.verifiedName}, or wait until it writes to you.`),
      ),
    );
  // Only the difference is touched: a screen reader reads what is new, and the keyboard keeps its place.
  const wanted = new Set(nodes);
  for (const node of [...box.children]) if (!wanted.has(/** @type {HTMLElement} */ (node))) node.remove();
  nodes.forEach((node, place) => {
    if (box.children[place] !== node) box.insertBefore(node, box.children[place] ?? null);
  });
  if (focusLine && focusPart && !active?.isConnected)
    drawn.get(focusLine)?.node.querySelector(`[data-focus="${focusPart}"]`)?.focus();
  if (atEnd) box.scrollTop = box.scrollHeight;
}

/**
 * The latest reaction of each side.
 * @param {Message} message
 * @param {Message[]} all
 */
function reactionsTo(message, all) {
  const latest = new Map();
  for (const other of all)
    if (other.kind === 'reaction' && other.replyTo === message.id) latest.set(other.direction, other.text);
  return [...latest.values()].filter((emoji) => emoji !== '');
}

/** @param {unknown} act */
async function send(act) {
  if (!open) return;
  try {
    await call('POST', `${pathOf(open)}/messages`, act);
    say('');
    stopQuoting();
    await refresh();
    byId('thread').scrollTop = byId('thread').scrollHeight;
  } catch (error) {
    say(readable(error));
  }
}

/** @param {unknown} change */
async function change(change) {
  if (!open) return;
  try {
    await call('PUT', pathOf(open), change);
    await refresh();
  } catch (error) {
    say(readable(error));
  }
}

/** @param {string} message */
function say(message) {
  byId('notice').textContent = message;
}

/** @param {unknown} error */
function readable(error) {
  return error instanceof Error ? error.message : String(error);
}

/**
 * @param {HTMLElement} button
 * @param {{label: string, act: () => void}[]} items
 * @param {HTMLElement} place
 */
function openMenu(button, items, place) {
  const menu = byId('menu');
  const close = (/** @type {boolean} */ refocus) => {
    menu.hidden = true;
    button.setAttribute('aria-expanded', 'false');
    document.removeEventListener('pointerdown', outside, true);
    menu.removeEventListener('keydown', keys);
    if (refocus && button.isConnected) button.focus();
  };
  const outside = (/** @type {PointerEvent} */ event) => {
    if (!(event.target instanceof Node) || (!menu.contains(event.target) && !button.contains(event.target)))
      close(false);
  };
  const keys = (/** @type {KeyboardEvent} */ event) => {
    const buttons = [...menu.querySelectorAll('button')];
    const at = buttons.indexOf(document.activeElement);
    if (event.key === 'Escape') close(true);
    else if (event.key === 'ArrowDown') buttons[(at + 1) % buttons.length]?.focus();
    else if (event.key === 'ArrowUp') buttons.at(at - 1)?.focus();
    else if (event.key === 'Tab') close(false);
    else return;
    if (event.key !== 'Tab') event.preventDefault();
  };
  if (!menu.hidden) return close(false);
  menu.replaceChildren(
    ...items.map(({ label, act }) =>
      h(
        'button',
        {
          type: 'button',
          onclick: () => {
            close(true);
            act();
          },
        },
        label,
      ),
    ),
  );
  place.append(menu);
  menu.hidden = false;
  menu.scrollIntoView({ block: 'nearest' });
  button.setAttribute('aria-expanded', 'true');
  document.addEventListener('pointerdown', outside, true);
  menu.addEventListener('keydown', keys);
  menu.querySelector('button')?.focus();
}

/**
 * @param {Message} message
 * @param {HTMLElement} button
 */
function openActions(message, button) {
  const items = [{ label: 'Reply', act: () => startQuoting('reply', message) }];
  for (const emoji of ['👍', '👎'])
    items.push({
      label: `React ${emoji}`,
      act: () => void send({ reaction: { messageId: message.id, emoji } }),
    });
  if (
    reactionsTo(
      message,
      thread.filter(({ direction }) => direction === 'in'),
    ).length > 0
  )
    items.push({
      label: 'Take reaction back',
      act: () => void send({ reaction: { messageId: message.id, emoji: '' } }),
    });
  if (message.direction === 'in') {
    if (message.kind === 'text') items.push({ label: 'Edit', act: () => startQuoting('edit', message) });
    items.push({ label: 'Delete', act: () => void send({ revoke: { messageId: message.id } }) });
  }
  openMenu(button, items, /** @type {HTMLElement} */ (button.closest('.bubble')));
}

/** @param {Message} message */
function openList(message) {
  const choose = (/** @type {number} */ index) => {
    dialog.close();
    void send({ buttonOf: message.id, button: index });
  };
  openDialog(
    message.listLabel ?? 'Choose',
    message.buttons.map((row) =>
      h(
        'button',
        { type: 'button', class: `choice${row.tapped ? ' tapped' : ''}`, onclick: () => choose(row.index) },
        h('span', {}, row.label),
        row.description && h('small', {}, row.description),
      ),
    ),
    [h('button', { type: 'submit', value: 'cancel' }, 'Cancel')],
  );
}

function openRename() {
  const name = current()?.name ?? '';
  const input = /** @type {HTMLInputElement} */ (
    h('input', { id: 'rename', type: 'text', maxlength: 100, autocomplete: 'off' })
  );
  input.value = name;
  const save = h('button', { type: 'submit', value: 'save', class: 'primary' }, 'Save');
  openDialog(
    'Name on WhatsApp',
    [h('label', { class: 'dialog-label', for: 'rename' }, 'The business sees this name'), input],
    [h('button', { type: 'button', onclick: () => dialog.close() }, 'Cancel'), save],
    () => {
      const wanted = input.value.trim();
      if (wanted !== '' && wanted !== name) void change({ name: wanted });
    },
  );
  input.select();
}

/**
 * @param {string} title
 * @param {Node[]} body
 * @param {Node[]} actions
 * @param {() => void} [saved]
 */
function openDialog(title, body, actions, saved) {
  byId('dialog-title').textContent = title;
  byId('dialog-body').replaceChildren(...body);
  byId('dialog-actions').replaceChildren(...actions);
  dialog.returnValue = '';
  dialog.onclose = () => {
    if (dialog.returnValue === 'save') saved?.();
  };
  dialog.showModal();
}

/**
 * @param {'reply' | 'edit'} kind
 * @param {Message} message
 */
function startQuoting(kind, message) {
  quoting = { kind, message };
  byId('quoting').hidden = false;
  const who = message.direction === 'in' ? 'yourself' : business.verifiedName;
  byId('quoting-who').textContent = kind === 'edit' ? 'Edit message' : `Reply to ${who}`;
  byId('quoting-text').textContent = summary(message);
  if (kind === 'edit') text.value = message.text;
  text.focus();
}

function stopQuoting() {
  if (quoting?.kind === 'edit') text.value = '';
  quoting = null;
  byId('quoting').hidden = true;
}

let refreshing = false;
let again = false;

/** Reads what changed; calls during a read lead to one more read. */
async function refresh() {
  if (refreshing) {
    again = true;
    return;
  }
  refreshing = true;
  try {
    do {
      again = false;
      const phone = open;
      const [list, messages] = await Promise.all([
        call('GET', '/customers'),
        phone ? call('GET', `${pathOf(phone)}/messages`) : { items: [] },
      ]);
      customers = list.items;
      if (phone === open) thread = messages.items;
      drawPeople();
      drawChat();
      const unread = current()?.unread ?? 0;
      if (open && unread > 0 && document.visibilityState === 'visible')
        await call('POST', `${pathOf(open)}/read`);
    } while (again);
    say('');
  } catch (error) {
    say(readable(error));
  } finally {
    refreshing = false;
  }
}

function follow() {
  if (open) drafts.set(open, text.value);
  const wanted = decodeURIComponent(location.hash.slice(1));
  const next =
    wanted === '' ? null : wanted.startsWith('+') || /[A-Za-z]/.test(wanted) ? wanted : `+${wanted}`;
  if (next !== open) {
    stopQuoting();
    thread = [];
    drawn = new Map();
    byId('thread').replaceChildren();
    byId('menu').hidden = true;
  }
  open = next;
  text.value = (open && drafts.get(open)) ?? '';
  say('');
  drawPeople();
  drawChat();
  void arrive();
}

/** Opens the chat of the address; a number nobody has becomes a customer. */
async function arrive() {
  if (open && !current()) {
    try {
      const customer = await call('PUT', pathOf(open), {});
      if (customer.phone !== open) {
        location.replace(`#${customer.phone}`);
        return;
      }
    } catch (error) {
      byId('new-error').textContent = readable(error);
      location.replace('#');
      return;
    }
  }
  await refresh();
  byId('thread').scrollTop = byId('thread').scrollHeight;
  if (open && matchMedia('(min-width: 760px)').matches) text.focus();
}

byId('new-number').addEventListener('submit', (event) => {
  event.preventDefault();
  const input = /** @type {HTMLInputElement} */ (byId('new-phone'));
  const digits = input.value.replace(/\D/g, '');
  const fits = /^[1-9]\d{6,14}$/.test(digits);
  byId('new-error').textContent = fits
    ? ''
    : 'Write the number with its country code, such as +1 555 010 0123.';
  if (!fits) return;
  input.value = '';
  location.hash = `+${digits}`;
});

byId('composer').addEventListener('submit', (event) => {
  event.preventDefault();
  const value = text.value.trim();
  if (value === '') return;
  const act =
    quoting?.kind === 'edit'
      ? { edit: { messageId: quoting.message.id, text: value } }
      : { text: value, ...(quoting ? { replyTo: quoting.message.id } : {}) };
  void send(act).then(() => {
    if (byId('notice').textContent === '') text.value = '';
  });
});
text.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    /** @type {HTMLFormElement} */ (byId('composer')).requestSubmit();
  } else if (event.key === 'Escape') stopQuoting();
});
byId('quoting-off').addEventListener('click', stopQuoting);
byId('back').addEventListener('click', () => {
  location.hash = '';
});
byId('unblock').addEventListener('click', () => void change({ blocksBusiness: false }));
byId('menu-button').addEventListener('click', () => {
  const customer = current();
  if (!customer || !open) return;
  const path = pathOf(open);
  const stopped = customer.marketing === 'stop';
  openMenu(
    byId('menu-button'),
    [
      { label: 'Change name', act: openRename },
      {
        label: stopped ? 'Resume offers and announcements' : 'Stop offers and announcements',
        act: () =>
          void call('POST', `${path}/preferences`, { value: stopped ? 'resume' : 'stop' }).then(refresh),
      },
      {
        label: customer.readReceipts ? 'Turn read receipts off' : 'Turn read receipts on',
        act: () => void change({ readReceipts: !customer.readReceipts }),
      },
      {
        label: customer.online ? 'Switch the phone off' : 'Switch the phone on',
        act: () => void change({ online: !customer.online }),
      },
      {
        label: customer.blocksBusiness ? 'Unblock business' : 'Block business',
        act: () => void change({ blocksBusiness: !customer.blocksBusiness }),
      },
    ],
    /** @type {HTMLElement} */ (byId('menu-button').closest('.chat-head')),
  );
});
byId('back').append(icon('back'));
byId('menu-button').append(icon('more', 'heavy'));
byId('send').append(icon('send'));
byId('quoting-off').append(icon('close'));

function listen() {
  const events = new EventSource('/emulator/events');
  /** @type {number | undefined} */
  let soon;
  events.onopen = () => void refresh();
  events.onmessage = (event) => {
    const notice = JSON.parse(event.data);
    if (notice.phone === open && notice.typing !== undefined) {
      clearTimeout(typingTimer);
      typingTimer = undefined;
      byId('business-line').textContent = notice.typing ? 'typing…' : 'Business account';
      if (notice.typing)
        typingTimer = setTimeout(() => {
          typingTimer = undefined;
          byId('business-line').textContent = 'Business account';
        }, 25_000);
    }
    clearTimeout(soon);
    soon = setTimeout(() => void refresh(), 30);
  };
}

function showTime() {
  byId('clock').textContent = time.format(new Date());
}

// Pictures make the thread longer after it was drawn.
let atEndOfThread = true;
byId('thread').addEventListener('scroll', () => {
  const box = byId('thread');
  atEndOfThread = box.scrollHeight - box.scrollTop - box.clientHeight < 80;
});
byId('thread').addEventListener(
  'load',
  () => {
    if (atEndOfThread) byId('thread').scrollTop = byId('thread').scrollHeight;
  },
  true,
);
addEventListener('hashchange', follow);
document.addEventListener('visibilitychange', () => void refresh());
setInterval(showTime, 10_000);
showTime();
business = await call('GET', '/business').catch(() => business);
await call('GET', '/customers').then(
  (list) => {
    customers = list.items;
  },
  (error) => say(readable(error)),
);
follow();
listen();
