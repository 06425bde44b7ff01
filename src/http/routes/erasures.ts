import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Context } from '../../actions/context.ts';
import { eraseCustomer } from '../../actions/erase-customer.ts';
import { ErasureInput, ErasureOut } from '../schemas/erasure.ts';

/** A customer's right to be forgotten (docs/erasure.md). */
export function erasureRoutes(ctx: Context): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/erasures',
      {
        config: { right: 'erase-customers' },
        schema: {
          tags: ['Consent'],
          summary: 'Erase what is kept of one customer',
          body: ErasureInput,
          response: { 200: ErasureOut },
        },
      },
      ({ body, caller }) => eraseCustomer(ctx, body, caller),
    );
  };
}
