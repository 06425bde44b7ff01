/** The fields of Meta's webhooks that Assent reads, by the names the app dashboard gives them: to subscribe to each. */
export const WEBHOOK_FIELDS = [
  'messages',
  'user_preferences',
  'user_id_update',
  'message_template_status_update',
  'message_template_quality_update',
  'message_template_components_update',
  'template_category_update',
  'account_update',
  'phone_number_quality_update',
] as const;

/** Only where the WhatsApp Business app uses the same number: what it sends is part of the chat. */
export const FIELDS_BESIDE_APP = ['smb_message_echoes'] as const;

export type WebhookField = (typeof WEBHOOK_FIELDS)[number] | (typeof FIELDS_BESIDE_APP)[number];
