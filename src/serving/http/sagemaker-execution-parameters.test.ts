import fc from 'fast-check';
import { expect, test } from 'vitest';
import { executionParameters } from './sagemaker-execution-parameters.ts';

test('a payload is as large as a body may be, and as many go at once as there are cores', () => {
  expect(executionParameters(6 * 2 ** 20, 8)).toEqual({
    MaxConcurrentTransforms: 8,
    BatchStrategy: 'MULTI_RECORD',
    MaxPayloadInMB: 6,
  });
});

test('whatever the server is set to, the limits of SageMaker hold', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 40 }), fc.integer({ min: 1, max: 512 }), (maxBody, cores) => {
      const { MaxConcurrentTransforms: at, MaxPayloadInMB: size } = executionParameters(maxBody, cores);
      expect(at).toBeGreaterThanOrEqual(1);
      expect(size).toBeGreaterThanOrEqual(1);
      expect(size).toBeLessThanOrEqual(100);
      expect(at * size).toBeLessThanOrEqual(100);
    }),
  );
});
