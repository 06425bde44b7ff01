export interface Popup {
  /** Two with the same are one: the later takes the place of the earlier. */
  tag: string;
  title: string;
  body: string;
  onOpen: () => void;
}

/** The permission is asked for on the account page alone, by a click. */
export function showPopup({ tag, title, body, onOpen }: Popup): void {
  if (!('Notification' in window) || Notification.permission !== 'granted') return;
  try {
    const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]')?.href ?? '';
    const shown = new Notification(title, { tag, body, icon });
    shown.addEventListener('click', () => {
      window.focus();
      shown.close();
      onOpen();
    });
  } catch {
    // Browsers of phones have the class and refuse to make one: they show what a service worker sends, and we have none.
  }
}
