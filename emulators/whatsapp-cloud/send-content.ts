import { z } from 'zod';
import { GraphError } from './errors.ts';
import { readInteractive } from './interactive.ts';
import type { Message } from './model.ts';
import { renderTemplate, sendComponentSchema } from './template-render.ts';
import { templateForSend } from './templates.ts';
import type { World } from './world.ts';

/** What a message says, before anybody gets it. */
export type Content = Pick<
  Message,
  'kind' | 'text' | 'header' | 'footer' | 'template' | 'buttons' | 'listLabel' | 'media'
> & { replyTo: string | null };

const empty: Content = {
  kind: 'text',
  text: '',
  header: null,
  footer: null,
  template: null,
  buttons: [],
  listLabel: null,
  media: null,
  replyTo: null,
};

const mediaKinds: Readonly<Record<string, string>> = {
  image: 'image/jpeg',
  video: 'video/mp4',
  audio: 'audio/ogg',
  document: 'application/pdf',
  sticker: 'image/webp',
};

const textSchema = z.looseObject({ body: z.string().min(1).max(4096) });
const mediaBodySchema = z.looseObject({
  id: z.union([z.string(), z.number()]).transform(String).optional(),
  link: z.string().min(1).optional(),
  caption: z.string().max(1024).optional(),
  filename: z.string().optional(),
});
const reactionSchema = z.looseObject({ message_id: z.string().min(1), emoji: z.string() });
const locationSchema = z.looseObject({
  latitude: z.coerce.number().min(-90).max(90),
  longitude: z.coerce.number().min(-180).max(180),
  name: z.string().optional(),
  address: z.string().optional(),
});
const contactsSchema = z.array(z.looseObject({ name: z.looseObject({ formatted_name: z.string() }) })).min(1);
const templateSchema = z.looseObject({
  name: z.string().min(1),
  language: z.looseObject({ code: z.string().min(1) }),
  components: z.array(sendComponentSchema).optional(),
});

/** Reads `body[type]` of a send. Throws GraphError as Meta refuses it. */
export function readContent(world: World, type: string, body: Readonly<Record<string, unknown>>): Content {
  const given = body[type];
  if (given === undefined)
    throw new GraphError(131008, `Parameter '${type}' is mandatory for type '${type}'`);
  const mimeType = mediaKinds[type];
  if (mimeType !== undefined)
    return mediaContent(world, type, mimeType, parsed(mediaBodySchema, type, given));
  switch (type) {
    case 'text':
      return { ...empty, text: parsed(textSchema, type, given).body };
    case 'interactive':
      return { ...empty, ...readInteractive(given) };
    case 'reaction': {
      const { message_id, emoji } = parsed(reactionSchema, type, given);
      if (!world.store.messages.has(message_id))
        throw new GraphError(131009, 'reaction.message_id is not a message of this number');
      return { ...empty, kind: 'reaction', text: emoji, replyTo: message_id };
    }
    case 'location': {
      const { name, address, latitude, longitude } = parsed(locationSchema, type, given);
      const text = [name, address, `${latitude}, ${longitude}`].filter(Boolean).join('\n');
      return { ...empty, kind: 'location', text };
    }
    case 'contacts': {
      const names = parsed(contactsSchema, type, given).map((contact) => contact.name.formatted_name);
      return { ...empty, kind: 'contacts', text: names.join('\n') };
    }
    case 'template': {
      const { name, language, components } = parsed(templateSchema, type, given);
      const template = templateForSend(world, name, language.code);
      return {
        ...empty,
        kind: 'template',
        ...renderTemplate(template, components ?? []),
        template: { name, language: template.language, category: template.category },
      };
    }
    default:
      throw new GraphError(100, `Param type must be one of the known types, got '${type}'`);
  }
}

function mediaContent(
  world: World,
  kind: string,
  fallbackType: string,
  { id, link, caption, filename }: z.infer<typeof mediaBodySchema>,
): Content {
  if (caption !== undefined && (kind === 'audio' || kind === 'sticker'))
    throw new GraphError(100, `${kind}.caption is not allowed`);
  if ((id === undefined) === (link === undefined))
    throw new GraphError(131008, `${kind}: exactly one of id and link is required`);
  const stored = id === undefined ? undefined : world.store.media.get(id);
  if (id !== undefined && (!stored || stored.expiresAt <= world.now()))
    throw new GraphError(100, undefined, {
      subcode: 33,
      message: `(#100) Param ${kind}['id'] is not a valid media id: '${id}' does not exist or has expired`,
    });
  return {
    ...empty,
    kind,
    text: caption ?? '',
    media: {
      id: id ?? null,
      link: link ?? null,
      mimeType: stored?.mimeType ?? fallbackType,
      filename: filename ?? stored?.filename ?? null,
    },
  };
}

/** A missing key is 131008, a wrong value 100. */
function parsed<T>(schema: z.ZodType<T>, type: string, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = [type, ...(issue?.path ?? [])].join('.');
  const missing = issue?.code === 'invalid_type' && issue.message.endsWith('undefined');
  throw new GraphError(missing ? 131008 : 100, `${path}: ${issue?.message ?? 'invalid'}`);
}
