/**
 * @typedef {Record<string, string | number | boolean | null | undefined | ((event: Event) => void)>} Properties
 */

/**
 * Makes an element. Functions become listeners (`onclick`), the rest attributes; text goes in as text only.
 * @param {string} tag
 * @param {Properties} [properties]
 * @param {...(Node | string | null | false | undefined)} children
 * @returns {HTMLElement}
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined)
      element.setAttribute(name, String(value));
  }
  for (const child of children) if (child) element.append(child);
  return element;
}

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`no element ${id}`);
  return element;
}

/** Own line drawings on a 24 by 24 grid. */
const paths = {
  back: 'M15 5l-7 7 7 7',
  more: 'M12 5.5v.01M12 12v.01M12 18.5v.01',
  send: 'M5 12h13M12 5.5l6.5 6.5-6.5 6.5',
  close: 'M6 6l12 12M18 6L6 18',
  reply: 'M9 7L4 12l5 5M4.5 12H14a6 6 0 0 1 6 6',
  list: 'M5 7h14M5 12h14M5 17h14',
  tick: 'M4 13l4.5 4.5L18 7',
  ticks: 'M2 13l4.5 4.5L16 7M11.5 16.5l1 1L22 7',
  file: 'M7 3.5h7l4 4V20.5H7zM14 3.5v4h4',
  down: 'M6 9l6 6 6-6',
};

/**
 * @param {keyof typeof paths} name
 * @param {string} [className]
 */
export function icon(name, className = '') {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', `drawing ${className}`);
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', paths[name]);
  svg.append(path);
  return svg;
}
