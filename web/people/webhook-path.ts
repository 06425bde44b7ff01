export const webhookPath = (id: string, part = '') => `/api/webhooks/${encodeURIComponent(id)}${part}`;
