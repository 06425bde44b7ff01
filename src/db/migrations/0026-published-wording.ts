/**
 * What a version of a message template was published with, and that WhatsApp told of another wording: what a customer would be
 * served is held against it (product.md §3.11).
 */
export const up: readonly string[] = [
  // by language: the WhatsApp template's components and parameter format; empty where a node of the version before published it
  `alter table message_template_version add column wording jsonb`,
  // what is live was published with what was last read of WhatsApp, as far as can be known
  `update message_template_version v set wording = coalesce((
      select jsonb_object_agg(w.language, jsonb_build_object('components', w.components, 'parameterFormat', w.parameter_format))
        from whatsapp_template w where w.name = v.definition #>> '{whatsappTemplate,name}'), '{}')
    from message_template t where t.id = v.template_id and t.version = v.version and t.live is not null`,
  // when WhatsApp said that the components are others; empty once they were read since
  `alter table whatsapp_template add column components_changed_at timestamptz`,
];
