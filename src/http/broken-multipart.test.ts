import { expect, it } from 'vitest';
import { problemOf } from './problem.ts';

/** Found by fuzzing `POST /api/media` (test/fuzz/api.test.ts, seed 20261129). */
it('a multipart body that is cut short is no fault of ours', () => {
  const error = new Error('Unexpected end of multipart data');
  expect(problemOf(error, { id: '1' })).toMatchObject({ status: 400, code: 'invalid-request' });
  expect(problemOf(new Error('another'), { id: '1' })).toMatchObject({ status: 500, code: 'internal' });
});
