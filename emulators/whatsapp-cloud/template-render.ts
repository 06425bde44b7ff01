import { z } from 'zod';
import { GraphError } from './errors.ts';
import type { Button, Template } from './model.ts';

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const parameterSchema = z.looseObject({
  type: z.string().transform((type) => type.toLowerCase()),
  text: text.optional(),
  parameter_name: z.string().optional(),
  payload: text.optional(),
  currency: z.looseObject({ fallback_value: z.string() }).optional(),
  date_time: z.looseObject({ fallback_value: z.string() }).optional(),
});

/** `template.components[]` of a send. */
export const sendComponentSchema = z.looseObject({
  type: z.string().transform((type) => type.toLowerCase()),
  sub_type: z
    .string()
    .transform((type) => type.toLowerCase())
    .optional(),
  index: z.union([z.string(), z.number()]).optional(),
  parameters: z.array(parameterSchema).optional(),
});

type SendComponent = z.infer<typeof sendComponentSchema>;
type Parameter = z.infer<typeof parameterSchema>;

export type Rendered = { header: string | null; text: string; footer: string | null; buttons: Button[] };

/** Names (or numbers) of the `{{variables}}` in a text, each once, in order of first use. */
export function variablesOf(templateText: string): string[] {
  return [...new Set([...templateText.matchAll(/\{\{\s*([^{}]+?)\s*\}\}/g)].map((match) => match[1] ?? ''))];
}

/**
 * The message as the customer sees it. Throws GraphError 132000 for a wrong number of parameters, 132012 for a
 * wrong kind, 132018 for a button that is not there.
 */
export function renderTemplate(template: Template, components: readonly SendComponent[]): Rendered {
  const part = (type: string) => template.components.find((component) => component.type === type);
  const sent = (type: string) => components.find((component) => component.type === type)?.parameters ?? [];
  const header = part('HEADER');
  const headerSent = sent('header');
  const format = header?.format ?? 'TEXT';
  let headerText: string | null = null;
  if (header && format === 'TEXT') headerText = fill(template, 'header', header.text ?? '', headerSent);
  else if (header) {
    const received = headerSent[0]?.type.toUpperCase();
    if (received !== format)
      throw new GraphError(
        132012,
        `header: Format mismatch, expected ${format}, received ${received ?? 'UNKNOWN'}`,
      );
    headerText = `[${format.toLowerCase()}]`;
  } else if (headerSent.length > 0) throw countMismatch('header', headerSent.length, 0);
  return {
    header: headerText,
    text: fill(template, 'body', part('BODY')?.text ?? '', sent('body')),
    footer: part('FOOTER')?.text ?? null,
    buttons: buttonsOf(template, components),
  };
}

function fill(template: Template, where: string, source: string, parameters: readonly Parameter[]): string {
  const names = variablesOf(source);
  if (parameters.length !== names.length) throw countMismatch(where, parameters.length, names.length);
  const values = new Map<string, string>();
  for (const [place, parameter] of parameters.entries()) {
    const value = textOf(parameter, where);
    if (template.parameterFormat === 'POSITIONAL') values.set(String(place + 1), value);
    else {
      const name = parameter.parameter_name;
      if (name === undefined || !names.includes(name))
        throw new GraphError(100, `${where}: Parameter name is missing or empty`);
      values.set(name, value);
    }
  }
  return source.replace(/\{\{\s*([^{}]+?)\s*\}\}/g, (_, name: string) => {
    const value = values.get(name);
    if (value === undefined) throw countMismatch(where, values.size, names.length);
    return value;
  });
}

function textOf(parameter: Parameter, where: string): string {
  const value = parameter.text ?? parameter.currency?.fallback_value ?? parameter.date_time?.fallback_value;
  if (value === undefined)
    throw new GraphError(
      132012,
      `${where}: Format mismatch, expected TEXT, received ${parameter.type.toUpperCase()}`,
    );
  if (value.trim() === '')
    throw new GraphError(131008, `${where}: Parameter of type text is missing text value`);
  if (/[\n\t]| {5,}/.test(value))
    throw new GraphError(
      132018,
      'Param text cannot have new-line/tab characters or more than 4 consecutive spaces',
    );
  return value;
}

function countMismatch(where: string, sent: number, expected: number): GraphError {
  return new GraphError(
    132000,
    `${where}: number of localizable_params (${sent}) does not match the expected number of params (${expected})`,
  );
}

function buttonsOf(template: Template, components: readonly SendComponent[]): Button[] {
  const defined = template.components.find((component) => component.type === 'BUTTONS')?.buttons ?? [];
  const payloads = new Map<number, string>();
  for (const component of components) {
    if (component.type !== 'button') continue;
    const index = Number(component.index);
    const button = Number.isInteger(index) ? defined[index] : undefined;
    if (!button)
      throw new GraphError(
        132018,
        `Button at index ${component.index} of type ${component.sub_type} does not exist`,
      );
    const kind = button.type.toLowerCase();
    if (component.sub_type !== kind)
      throw new GraphError(
        132012,
        `buttons: Button at index ${index} is ${kind}, received ${component.sub_type ?? 'nothing'}`,
      );
    const [parameter] = component.parameters ?? [];
    const payload = parameter?.payload ?? parameter?.text;
    if (kind === 'quick_reply' && payload === undefined)
      throw new GraphError(131008, `Button at index ${index}: parameter payload is missing`);
    if (payload !== undefined) payloads.set(index, payload);
  }
  return defined.map((button, index) => ({
    index,
    label: button.text ?? button.type,
    payload: payloads.get(index) ?? button.text ?? '',
    kind: button.type === 'QUICK_REPLY' ? ('quick_reply' as const) : ('other' as const),
    description: null,
  }));
}
