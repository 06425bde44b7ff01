/** Languages offered before any WhatsApp template names more, as Meta writes them. */
export const COMMON_LANGUAGES = ['en', 'es', 'pt_BR', 'fr', 'de', 'it', 'nl', 'hi', 'ar', 'id', 'tr'];
