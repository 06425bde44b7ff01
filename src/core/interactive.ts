/**
 * Buttons and lists of free-form messages, and the other limits WhatsApp sets to what we write.
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/interactive-list-messages
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/interactive-reply-buttons-messages
 */
export interface InteractiveInput {
  form: 'buttons' | 'list';
  header?: string | undefined;
  footer?: string | undefined;
  /** Opens a list. */
  button?: string | undefined;
  options: { id: string; title: string; description?: string | undefined }[];
}

/** Why WhatsApp would refuse it: a stable code, and one sentence. */
export interface ContentProblem {
  code: string;
  message: string;
}

const MOST_BUTTONS = 3;
const BUTTON_TITLE = 20;
const BUTTONS_TEXT = 1024;
export const LONGEST_CAPTION = 1024;

/** Why WhatsApp would refuse these buttons or this list with this text; null where it takes them. */
export function interactiveProblem(interactive: InteractiveInput, text: string): ContentProblem | null {
  const { form, options } = interactive;
  const buttons = form === 'buttons';
  if (buttons && options.length > MOST_BUTTONS)
    return { code: 'too-many-buttons', message: 'A message has 3 buttons at most. Use a list for more.' };
  if (buttons && options.some(({ title }) => title.length > BUTTON_TITLE))
    return { code: 'button-title-too-long', message: 'The label of a button has 20 characters at most.' };
  if (buttons && options.some(({ description }) => description !== undefined))
    return { code: 'button-description', message: 'Buttons have no description. Use a list.' };
  if (buttons && interactive.button !== undefined)
    return { code: 'button-not-allowed', message: 'Only a list has a button that opens it.' };
  if (buttons && text.length > BUTTONS_TEXT)
    return { code: 'text-too-long', message: 'With buttons a text has 1,024 characters at most.' };
  if (!buttons && (interactive.button ?? '').trim() === '')
    return { code: 'list-button-missing', message: 'Give the label of the button that opens the list.' };
  if (options.some(({ id, title }) => id.trim() === '' || title.trim() === ''))
    return { code: 'option-empty', message: 'Every button and row needs an id and a label.' };
  const distinct = (values: string[]): boolean => new Set(values).size === values.length;
  // Two buttons that read alike are refused by WhatsApp; two rows may, with descriptions that tell them apart.
  if (
    !distinct(options.map(({ id }) => id)) ||
    (buttons && !distinct(options.map(({ title }) => title.trim())))
  )
    return { code: 'options-not-unique', message: 'Two of the buttons or rows are the same.' };
  return null;
}

/** Whether it is one emoji, as a reaction is. */
export function isEmoji(text: string): boolean {
  return /^(?:\p{RGI_Emoji}|\p{Extended_Pictographic}\uFE0F?)$/v.test(text);
}
