import { expect, it } from 'vitest';
import { problemOf } from './problem.ts';

/** Found by fuzzing `POST /api/media` (test/fuzz/api.test.ts, seeds 20261129 and 967394686). */
it.each(['Unexpected end of multipart data', 'Multipart: Boundary not found'])(
  'a multipart body that cannot be read is no fault of ours: %s',
  (message) => {
    expect(problemOf(new Error(message), { id: '1' })).toMatchObject({
      status: 400,
      code: 'invalid-request',
    });
    expect(problemOf(new Error('another'), { id: '1' })).toMatchObject({ status: 500, code: 'internal' });
  },
);
