import type { Right } from '../../src/core/rights.ts';

/** The rights in the order and under the headings the pages show them: what one does all day first. */
export const RIGHT_GROUPS: { id: 'chats' | 'consent' | 'records' | 'administration'; rights: Right[] }[] = [
  { id: 'chats', rights: ['see-chats', 'chat', 'initiate', 'assign', 'block'] },
  {
    id: 'consent',
    rights: [
      'ask-consent',
      'ask-after-refusal',
      'record-refusal',
      'record-grant',
      'approve-grant',
      'see-history',
      'erase-customers',
    ],
  },
  { id: 'records', rights: ['edit-records', 'export'] },
  {
    id: 'administration',
    rights: [
      'run-campaigns',
      'manage-templates',
      'manage-record-types',
      'manage-people',
      'manage-settings',
      'see-audit',
    ],
  },
];
