/** What consent is for: `service` covers agents and operational messages, `marketing` campaigns and automation. */
export type Purpose = 'service' | 'marketing';

export const PURPOSES = ['service', 'marketing'] as const satisfies readonly Purpose[];
