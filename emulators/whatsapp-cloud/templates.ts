import { z } from 'zod';
import { GraphError } from './errors.ts';
import { type Component, componentSchema, type Template } from './model.ts';
import { templateUpdate } from './payloads.ts';
import { variablesOf } from './template-render.ts';
import type { World } from './world.ts';

/** Rules of https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components */

const day = 86_400_000;
const categories = ['UTILITY', 'MARKETING', 'AUTHENTICATION'] as const;
const category = z
  .string()
  .transform((value) => value.toUpperCase())
  .pipe(z.enum(categories));

const createSchema = z.looseObject({
  name: z
    .string()
    .max(512)
    .regex(/^[a-z0-9_]+$/),
  language: z.string().regex(/^[a-z]{2,3}([_-][A-Z]{2,4})?$/),
  category,
  parameter_format: z
    .string()
    .transform((value) => value.toUpperCase())
    .pipe(z.enum(['POSITIONAL', 'NAMED']))
    .optional(),
  components: z.array(componentSchema).min(1),
});
const editSchema = z.looseObject({
  components: z.array(componentSchema).min(1).optional(),
  category: category.optional(),
});

/** The template a send names, approved and not paused. Throws 132001, 132015, 132016. */
export function templateForSend(world: World, name: string, language: string): Template {
  reviewDue(world);
  const fold = (code: string) => code.replace('-', '_').toLowerCase();
  for (const template of world.store.templates.values()) {
    if (template.name !== name || fold(template.language) !== fold(language)) continue;
    if (template.status === 'PAUSED') throw new GraphError(132015, `template ${name} is paused`);
    if (template.status === 'DISABLED') throw new GraphError(132016, `template ${name} is disabled`);
    if (template.status !== 'APPROVED') break;
    return template;
  }
  throw new GraphError(132001, `template name (${name}) does not exist in ${language}`);
}

/** Takes a new template into review. Throws GraphError 100 with Meta's subcodes. */
export function createTemplate(world: World, input: unknown): Template {
  const wanted = parsed(createSchema, input);
  const same = [...world.store.templates.values()].some(
    (template) => template.name === wanted.name && template.language === wanted.language,
  );
  if (same) throw refused(2388024, 'Content in this language already exists');
  const deletedAt = world.store.meta().deletedTemplateNames[wanted.name];
  if (deletedAt !== undefined && world.now() - deletedAt < 30 * day)
    throw refused(2388023, 'The name of a deleted approved template cannot be used for 30 days');
  if (world.store.templates.size >= 250) throw refused(2388019, 'Message template limit exceeded');
  const parameterFormat = wanted.parameter_format ?? 'POSITIONAL';
  checkComponents(wanted.components, parameterFormat);
  const template: Template = {
    id: world.newId(),
    name: wanted.name,
    language: wanted.language,
    category: wanted.category,
    previousCategory: null,
    status: 'PENDING',
    parameterFormat,
    components: wanted.components,
    quality: 'UNKNOWN',
    rejectedReason: 'NONE',
    editedAt: [],
    submittedAt: world.now(),
  };
  world.store.put({ t: 'template', v: template });
  return template;
}

export function editTemplate(world: World, template: Template, input: unknown): void {
  const wanted = parsed(editSchema, input);
  const recent = template.editedAt.filter((at) => world.now() - at < 30 * day);
  const approved = template.status === 'APPROVED';
  if (!['APPROVED', 'REJECTED', 'PAUSED'].includes(template.status))
    throw refused(2388039, `A template that is ${template.status} cannot be edited`);
  if (approved && wanted.category !== undefined && wanted.category !== template.category)
    throw refused(2388039, 'The category of an approved template cannot be edited');
  if (approved && (recent.length >= 10 || recent.some((at) => world.now() - at < day)))
    throw refused(2388039, 'An approved template can be edited once in 24 hours and 10 times in 30 days');
  if (wanted.components) checkComponents(wanted.components, template.parameterFormat);
  world.store.put({
    t: 'template',
    v: {
      ...template,
      components: wanted.components ?? template.components,
      category: wanted.category ?? template.category,
      status: 'PENDING',
      editedAt: approved ? [...recent, world.now()] : template.editedAt,
      submittedAt: world.now(),
    },
  });
}

/** Deletes one language (`id`) or all of a name; throws where there is none, or a disabled one. */
export function deleteTemplates(world: World, name: string, id: string | undefined): void {
  const doomed = [...world.store.templates.values()].filter(
    (template) => template.name === name && (id === undefined || template.id === id),
  );
  if (doomed.length === 0)
    throw new GraphError(100, undefined, {
      subcode: 2593002,
      status: 404,
      message: `(#100) Message Template Not Found: '${name}'`,
    });
  if (doomed.some((template) => template.status === 'DISABLED'))
    throw new GraphError(100, 'A disabled template cannot be deleted');
  for (const template of doomed) {
    world.store.put({ t: 'template-gone', id: template.id });
    if (template.status === 'APPROVED') {
      const meta = world.store.meta();
      const deletedTemplateNames = { ...meta.deletedTemplateNames, [name]: world.now() };
      world.store.put({ t: 'meta', v: { ...meta, deletedTemplateNames } });
    }
    world.webhooks.tell(
      templateUpdate(world, 'message_template_status_update', template, { event: 'DELETED', reason: null }),
    );
  }
}

/** Approves what has been in review for the set number of seconds. */
export function reviewDue(world: World): void {
  const seconds = world.settings().approveAfterSeconds;
  if (seconds === null) return;
  for (const template of world.store.templates.values())
    if (template.status === 'PENDING' && world.now() - template.submittedAt >= seconds * 1000)
      changeStatus(world, template, 'APPROVED', {});
}

/** Sets the status and tells the business, as Meta's review or quality control does. */
export function changeStatus(
  world: World,
  template: Template,
  event: string,
  more: { reason?: string; rejectionInfo?: object; otherInfo?: object; disableDate?: string },
): void {
  const status = event === 'REINSTATED' || event === 'UNARCHIVED' ? 'APPROVED' : event;
  const reason = more.reason ?? 'NONE';
  const keepsStatus = event === 'FLAGGED' || event === 'LOCKED';
  world.store.put({
    t: 'template',
    v: { ...template, status: keepsStatus ? template.status : status, rejectedReason: reason },
  });
  world.webhooks.tell(
    templateUpdate(world, 'message_template_status_update', template, {
      event,
      reason,
      message_template_category: template.category,
      ...(more.rejectionInfo ? { rejection_info: more.rejectionInfo } : {}),
      ...(more.otherInfo ? { other_info: more.otherInfo } : {}),
      ...(more.disableDate ? { disable_info: { disable_date: more.disableDate } } : {}),
    }),
  );
}

/** Announces (`impendingAt`, unix seconds) or does Meta's own change of category. */
export function changeCategory(
  world: World,
  template: Template,
  next: string,
  impendingAt: number | null,
): void {
  if (impendingAt === null)
    world.store.put({
      t: 'template',
      v: { ...template, category: next, previousCategory: template.category },
    });
  world.webhooks.tell(
    templateUpdate(
      world,
      'template_category_update',
      template,
      impendingAt === null
        ? { previous_category: template.category, new_category: next }
        : { new_category: template.category, correct_category: next, category_update_timestamp: impendingAt },
    ),
  );
}

export function changeQuality(world: World, template: Template, next: string): void {
  world.store.put({ t: 'template', v: { ...template, quality: next } });
  world.webhooks.tell(
    templateUpdate(world, 'message_template_quality_update', template, {
      previous_quality_score: template.quality,
      new_quality_score: next,
    }),
  );
}

/** As `GET /{waba}/message_templates` lists it. */
export function templateNode(template: Template): Record<string, unknown> {
  return {
    id: template.id,
    name: template.name,
    language: template.language,
    status: template.status,
    category: template.category,
    ...(template.previousCategory === null ? {} : { previous_category: template.previousCategory }),
    parameter_format: template.parameterFormat,
    components: template.components,
    quality_score: { score: template.quality },
    rejected_reason: template.rejectedReason,
  };
}

function checkComponents(components: readonly Component[], format: Template['parameterFormat']): void {
  const one = (type: string) => components.find((component) => component.type === type);
  const body = one('BODY');
  if (!body?.text) throw refused(2388043, 'A BODY component with text is required');
  checkText(body, 1024, Number.POSITIVE_INFINITY, format);
  if (/^\s*\{\{|\}\}\s*$/.test(body.text))
    throw refused(2388299, 'Variables cannot be at the start or end of the template');
  if (/\}\}\s*\{\{/.test(body.text)) throw refused(2388299, 'Variables cannot stand next to each other');
  const header = one('HEADER');
  if (header && (header.format ?? 'TEXT') === 'TEXT') checkText(header, 60, 1, format);
  const footer = one('FOOTER');
  if (footer) checkText(footer, 60, 0, format);
  const buttons = one('BUTTONS')?.buttons ?? [];
  const count = (type: string) => buttons.filter((button) => button.type === type).length;
  if (buttons.length > 10 || count('URL') > 2 || count('PHONE_NUMBER') > 1 || count('COPY_CODE') > 1)
    throw refused(undefined, 'Too many buttons');
  for (const button of buttons) {
    if (button.type === 'QUICK_REPLY' && (!button.text || button.text.length > 25))
      throw refused(2388040, 'A quick reply has 1 to 25 characters');
  }
}

function checkText(
  component: Component,
  max: number,
  maxVariables: number,
  format: Template['parameterFormat'],
): void {
  const text = component.text ?? '';
  if (text === '' || text.length > max)
    throw refused(2388040, `${component.type} has 1 to ${max} characters`);
  const names = variablesOf(text);
  if (names.length > maxVariables) throw refused(2388293, `${component.type} has too many variables`);
  const positional = names.every((name, index) => name === String(index + 1));
  if (format === 'POSITIONAL' && !positional)
    throw refused(undefined, `${component.type}: positional variables are {{1}}, {{2}}, ... in order`);
  if (format === 'NAMED' && names.some((name) => !/^[a-z][a-z0-9_]*$/.test(name)))
    throw refused(
      undefined,
      `${component.type}: named variables are lower-case letters, digits and underscores`,
    );
  if (names.length > 0 && component.example === undefined)
    throw refused(2388043, `${component.type} has variables and needs an example`);
}

function refused(subcode: number | undefined, details: string): GraphError {
  return new GraphError(100, details, { subcode, message: `(#100) ${details}` });
}

function parsed<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new GraphError(100, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`);
}
