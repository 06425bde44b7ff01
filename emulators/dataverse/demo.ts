import { guidOf } from './catalogue.ts';

/** Ids of the demo organisation. They open nothing but an emulator on loopback. */
export const DEMO = {
  tenant: '11111111-2222-4333-8444-555555555555',
  clientId: 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee',
  clientSecret: 'dataverse-emulator-secret',
  organizationId: guidOf('organization'),
  organizationName: 'contoso',
  businessUnitId: guidOf('business unit'),
  /** The product's application user. */
  applicationUserId: guidOf('application user'),
  applicationObjectId: guidOf('application object'),
  /** People who work in the CRM, by object id in Entra. */
  people: {
    robin: { user: guidOf('user robin'), object: guidOf('object robin') },
    sasha: { user: guidOf('user sasha'), object: guidOf('object sasha') },
  },
} as const;
