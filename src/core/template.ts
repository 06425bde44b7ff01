/**
 * Templates as Meta stores them, read into what a screen shows, a sender fills in and evidence keeps.
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
 *
 * A variable is named by a key: `1`, `2` or its name in the body, `header.` before the same in the header.
 */
export interface WhatsAppTemplateBody {
  header:
    | { format: 'TEXT'; text: string; variables: string[] }
    | { format: 'IMAGE' | 'VIDEO' | 'DOCUMENT' | 'LOCATION' | 'GIF' | 'OTHER' }
    | null;
  body: { text: string; variables: string[] };
  footer: string | null;
  /** `kind` is Meta's type in capitals: QUICK_REPLY, URL, PHONE_NUMBER … `label` is what the customer reads. */
  buttons: { kind: string; label: string }[];
}

/** `POSITIONAL` variables are numbers and go by order, `NAMED` ones carry their name. */
export type ParameterFormat = 'POSITIONAL' | 'NAMED';

/** A template with its variables filled in: the wording that a customer was served. */
export interface Rendered {
  header: string | null;
  body: string;
  footer: string | null;
  buttons: string[];
}

/** Total: what is not a component as Meta documents it is passed over. Types are read in any case. */
export function parseTemplate(components: unknown[], format: ParameterFormat): WhatsAppTemplateBody {
  const header = component(components, 'HEADER');
  const body = text(component(components, 'BODY'), 'text');
  const footer = component(components, 'FOOTER');
  return {
    header: header === undefined ? null : parseHeader(header, format),
    body: { text: body, variables: variablesIn(body, format) },
    footer: footer === undefined ? null : text(footer, 'text'),
    buttons: buttonsOf(components).map((button) => ({ kind: kind(button), label: text(button, 'text') })),
  };
}

/**
 * The parts that Assent cannot fill in, named for a person; with one of them WhatsApp would refuse every send
 * (132000, 132012). Empty for a template of text and quick replies.
 */
export function unsupportedParts(components: unknown[]): string[] {
  const header = component(components, 'HEADER');
  const format = header === undefined ? 'TEXT' : text(header, 'format').toUpperCase() || 'TEXT';
  const known = ['HEADER', 'BODY', 'FOOTER', 'BUTTONS'];
  return [
    ...(format === 'TEXT' ? [] : [`a header of kind ${format}`]),
    ...components.map(kind).filter((name) => name !== '' && !known.includes(name)),
    ...buttonsOf(components)
      .filter(needsParameter)
      .map((button) => `the button “${text(button, 'text')}”`),
  ];
}

/** A template as WhatsApp holds it in one language. */
export interface HeldTemplate {
  components: unknown[];
  parameterFormat: ParameterFormat;
}

/**
 * Whether a customer is served the same by both: header, body, footer, buttons and where these lead. Examples and whatever else
 * Meta keeps beside them do not count, as it writes those anew by itself.
 */
export function servesTheSame(one: HeldTemplate, other: HeldTemplate): boolean {
  return JSON.stringify(servedBy(one)) === JSON.stringify(servedBy(other));
}

function servedBy({ components, parameterFormat }: HeldTemplate): unknown {
  const { header, body, footer, buttons } = parseTemplate(components, parameterFormat);
  return [
    header,
    body,
    footer,
    buttons,
    buttonsOf(components).map((button) => [text(button, 'url'), text(button, 'phone_number')]),
    unsupportedParts(components),
  ];
}

/** The keys to bind, the header's first; positional ones in the order in which they are sent. */
export function variablesOf(template: WhatsAppTemplateBody): string[] {
  const header = template.header?.format === 'TEXT' ? template.header.variables : [];
  return [...header, ...template.body.variables];
}

/** The wording with `values` by key. A variable without a value stays visible as Meta writes it, `{{1}}`. */
export function renderTemplate(template: WhatsAppTemplateBody, values: Record<string, string>): Rendered {
  const { header, body, footer, buttons } = template;
  return {
    header: header?.format === 'TEXT' ? fill(header.text, header.variables, HEADER, values) : null,
    body: fill(body.text, body.variables, '', values),
    footer,
    buttons: buttons.map(({ label }) => label),
  };
}

/** One plain text for lists and evidence: header, body and footer on lines of their own, buttons in brackets. */
export function renderedText({ header, body, footer, buttons }: Rendered): string {
  const labels = buttons.map((label) => `[${label}]`).join(' ');
  return [header, body, footer, labels].filter((part) => part !== null && part !== '').join('\n');
}

/** What goes to WhatsApp for the same values: positional ones by order, named ones with their name. */
export function parametersOf(
  template: WhatsAppTemplateBody,
  values: Record<string, string>,
): { header: TemplateParameterText[]; body: TemplateParameterText[] } {
  const header = template.header?.format === 'TEXT' ? template.header.variables : [];
  return {
    header: header.map((key) => parameter(key.slice(HEADER.length), filled(values, key) ?? '')),
    body: template.body.variables.map((key) => parameter(key, filled(values, key) ?? '')),
  };
}

/** The values by key that these parameters carry: `parametersOf` backwards. */
export function valuesOf(
  template: WhatsAppTemplateBody,
  { header, body }: { header: readonly TemplateParameterText[]; body: readonly TemplateParameterText[] },
): Record<string, string> {
  const headerKeys = template.header?.format === 'TEXT' ? template.header.variables : [];
  const keyed = (keys: readonly string[], prefix: string, parameters: readonly TemplateParameterText[]) =>
    parameters.map(({ name, text: value }, index) => [
      name === undefined ? (keys[index] ?? '') : prefix + name,
      value,
    ]);
  return Object.fromEntries([
    ...keyed(headerKeys, HEADER, header),
    ...keyed(template.body.variables, '', body),
  ]);
}

export interface TemplateParameterText {
  name?: string;
  text: string;
}

/**
 * A value as WhatsApp takes it. It refuses one with a line break, a tab or more than four spaces in a row (132018, older
 * versions 132012),
 * so line breaks and tabs become a space here, for the evidence as for the send. Cleaning twice changes nothing.
 */
export function cleanParameter(value: string): string {
  return value
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(/ {5,}/g, ' ')
    .trim();
}

/** Where a variable's text comes from: a column of the record with what stands in for an empty one, or fixed words. */
export type Binding = { column: string; fallback?: string | undefined } | { text: string };

/**
 * The value of every bound variable for one record (null: a number without a record), ready to send. What the
 * sender typed (`given`) goes before the binding. `missing` are the bound variables that have no value: WhatsApp
 * takes no empty ones. Of the record only text and numbers count, since true, null and lists are no words.
 */
export function bindingValues(
  bindings: Record<string, Binding>,
  record: Record<string, unknown> | null,
  given: Record<string, string>,
): { values: Record<string, string>; missing: string[] } {
  const bound = Object.entries(bindings).map(([key, binding]) => [key, boundText(binding, record)] as const);
  const all = [...bound, ...Object.entries(given)].map(
    ([key, value]) => [key, cleanParameter(value)] as const,
  );
  const values = Object.fromEntries(all.filter(([, value]) => value !== ''));
  return { values, missing: Object.keys(bindings).filter((key) => !Object.hasOwn(values, key)) };
}

function boundText(binding: Binding, record: Record<string, unknown> | null): string {
  if ('text' in binding) return binding.text;
  const value = record?.[binding.column];
  const written = typeof value === 'string' || Number.isFinite(value) ? String(value) : '';
  return cleanParameter(written) === '' ? (binding.fallback ?? '') : written;
}

const HEADER = 'header.';
const VARIABLE = /\{\{\s*([A-Za-z0-9_]+)\s*\}\}/g;

function parseHeader(header: object, format: ParameterFormat): WhatsAppTemplateBody['header'] {
  const declared = text(header, 'format').toUpperCase() || 'TEXT';
  if (declared === 'TEXT') {
    const content = text(header, 'text');
    const variables = variablesIn(content, format).map((key) => HEADER + key);
    return { format: 'TEXT', text: content, variables };
  }
  return { format: MEDIA.find((known) => known === declared) ?? 'OTHER' };
}
const MEDIA = ['IMAGE', 'VIDEO', 'DOCUMENT', 'LOCATION', 'GIF'] as const;

function variablesIn(content: string, format: ParameterFormat): string[] {
  const keys = new Set(Array.from(content.matchAll(VARIABLE), ([, key = '']) => key));
  const isNumber = (key: string) => /^\d+$/.test(key);
  return format === 'NAMED'
    ? [...keys].filter((key) => !isNumber(key))
    : [...keys].filter(isNumber).sort((a, b) => Number(a) - Number(b));
}

/** One pass, so that a value that looks like a variable is text. */
function fill(content: string, variables: string[], prefix: string, values: Record<string, string>): string {
  return content.replace(VARIABLE, (written, key: string) =>
    variables.includes(prefix + key) ? (filled(values, prefix + key) ?? written) : written,
  );
}

function filled(values: Record<string, string>, key: string): string | undefined {
  const value = Object.hasOwn(values, key) ? values[key] : undefined;
  return value === undefined ? undefined : cleanParameter(value);
}

function parameter(key: string, value: string): TemplateParameterText {
  return /^\d+$/.test(key) ? { text: value } : { name: key, text: value };
}

function component(components: unknown[], type: string): object | undefined {
  return components.filter(isObject).find((candidate) => kind(candidate) === type);
}

function buttonsOf(components: unknown[]): object[] {
  const holder = component(components, 'BUTTONS');
  const buttons = holder === undefined ? undefined : field(holder, 'buttons');
  return Array.isArray(buttons) ? buttons.filter(isObject) : [];
}

/** A link with a variable, and every kind but these, takes a parameter of its own at each send. */
function needsParameter(button: object): boolean {
  if (kind(button) === 'URL') return text(button, 'url').includes('{{');
  return !['QUICK_REPLY', 'PHONE_NUMBER', 'VOICE_CALL', 'REQUEST_CONTACT_INFO'].includes(kind(button));
}

function kind(candidate: unknown): string {
  return text(candidate, 'type').toUpperCase();
}

function text(candidate: unknown, name: string): string {
  const value = isObject(candidate) ? field(candidate, name) : undefined;
  return typeof value === 'string' ? value : '';
}

function field(candidate: object, name: string): unknown {
  return Object.entries(candidate).find(([key]) => key === name)?.[1];
}

function isObject(candidate: unknown): candidate is object {
  return typeof candidate === 'object' && candidate !== null;
}
