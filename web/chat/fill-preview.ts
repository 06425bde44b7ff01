import type { SendableTemplate } from '../../src/http/schemas/chat.ts';

type Preview = SendableTemplate['preview'];

/**
 * The preview with the variables an agent has typed so far. A key is as the template names it (`1`, `order_id`), with
 * `header.` before it for the header; what is still empty stays `{{1}}`.
 */
export function fillPreview(preview: Preview, variables: Readonly<Record<string, string>>): Preview {
  let { header, body } = preview;
  for (const [key, value] of Object.entries(variables)) {
    if (value === '') continue;
    if (key.startsWith('header.')) header = header && fill(header, key.slice('header.'.length), value);
    else body = fill(body, key, value);
  }
  return { ...preview, header, body };
}

function fill(text: string, name: string, value: string): string {
  return text.replaceAll(`{{${name}}}`, () => value);
}
