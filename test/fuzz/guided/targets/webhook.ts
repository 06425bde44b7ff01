import payloads from '../../../../src/adapters/whatsapp-cloud/fixtures/webhooks.json' with { type: 'json' };
import { verifySignature } from '../../../../src/adapters/whatsapp-cloud/signature.ts';
import { holdsOfWebhook } from '../../webhook-law.ts';
import type { Target } from '../target.ts';

/** A webhook's bytes: the check of a signature that is none, JSON, and everything that is read from it. */
export const target: Target = {
  under: ['src/adapters/whatsapp-cloud/', 'src/core/'],
  seeds: Object.values(payloads).map((one) => JSON.stringify(one)),
  async open() {
    return {
      run(input) {
        if (verifySignature(input, input.toString('latin1'), ['a-secret', '']))
          throw new Error('signed by nobody');
        let body: unknown;
        try {
          body = JSON.parse(input.toString());
        } catch {
          return;
        }
        holdsOfWebhook(body);
      },
    };
  },
};
