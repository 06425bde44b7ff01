import { z } from 'zod';
import { GraphError } from './errors.ts';
import type { Button } from './model.ts';

const label = (max: number) => z.string().min(1).max(max);
const header = z.looseObject({ type: z.string(), text: z.string().max(60).optional() });
const footer = z.looseObject({ text: label(60) });

const buttonMessage = z.looseObject({
  header: header.optional(),
  body: z.looseObject({ text: label(1024) }),
  footer: footer.optional(),
  action: z.looseObject({
    buttons: z
      .array(
        z.looseObject({
          type: z.literal('reply'),
          reply: z.looseObject({ id: label(256), title: label(20) }),
        }),
      )
      .min(1)
      .max(3),
  }),
});

const listMessage = z.looseObject({
  header: header.extend({ type: z.literal('text') }).optional(),
  body: z.looseObject({ text: label(4096) }),
  footer: footer.optional(),
  action: z.looseObject({
    button: label(20),
    sections: z
      .array(
        z.looseObject({
          title: z.string().max(24).optional(),
          rows: z
            .array(
              z.looseObject({ id: label(200), title: label(24), description: z.string().max(72).optional() }),
            )
            .min(1),
        }),
      )
      .min(1)
      .max(10),
  }),
});

/** cta_url, flow, products, location request: shown by their text alone. */
const otherMessage = z.looseObject({
  type: z.string(),
  header: header.optional(),
  body: z.looseObject({ text: z.string() }).optional(),
  footer: z.looseObject({ text: z.string() }).optional(),
});

export type InteractiveContent = {
  kind: string;
  text: string;
  header: string | null;
  footer: string | null;
  buttons: Button[];
  listLabel: string | null;
};

/** The `interactive` object of a send. Throws GraphError 100 where it breaks a limit of Meta's. */
export function readInteractive(input: unknown): InteractiveContent {
  const other = parsed(otherMessage, input);
  const common = {
    header: other.header?.text ?? (other.header ? `[${other.header.type}]` : null),
    footer: other.footer?.text ?? null,
    listLabel: null,
  };
  switch (other.type) {
    case 'button': {
      const message = parsed(buttonMessage, input);
      const replies = message.action.buttons.map((button) => button.reply);
      unique(
        replies.map((reply) => reply.id),
        'button ids',
      );
      unique(
        replies.map((reply) => reply.title),
        'button titles',
      );
      const buttons = replies.map(({ id, title }, index) => ({
        index,
        label: title,
        payload: id,
        kind: 'reply' as const,
        description: null,
      }));
      return { ...common, kind: 'buttons', text: message.body.text, buttons };
    }
    case 'list': {
      const message = parsed(listMessage, input);
      const { sections, button } = message.action;
      if (sections.length > 1 && sections.some((section) => !section.title))
        throw new GraphError(100, 'interactive.action.sections: a title is required when there are several');
      const rows = sections.flatMap((section) => section.rows);
      if (rows.length > 10)
        throw new GraphError(100, 'interactive.action.sections: more than 10 rows in total');
      unique(
        rows.map((row) => row.id),
        'row ids',
      );
      const buttons = rows.map((row, index) => ({
        index,
        label: row.title,
        payload: row.id,
        kind: 'list_row' as const,
        description: row.description ?? null,
      }));
      return { ...common, kind: 'list', text: message.body.text, buttons, listLabel: button };
    }
    default:
      return { ...common, kind: other.type, text: other.body?.text ?? `[${other.type}]`, buttons: [] };
  }
}

function parsed<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new GraphError(100, `interactive.${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`);
}

function unique(values: readonly string[], what: string): void {
  if (new Set(values).size < values.length) throw new GraphError(100, `interactive: ${what} must be unique`);
}
