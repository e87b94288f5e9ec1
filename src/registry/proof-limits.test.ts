import { expect, test } from 'vitest';
import { checkProofMemory, proofLimits } from './proof-limits.ts';

const MB = 1e6;

test('a proof may take what it always could, and more of everything for a large file', () => {
  expect(proofLimits(1000)).toMatchObject({ heapMegabytes: 2048, millis: 120_001 });
  const large = proofLimits(1000 * MB);
  expect(large.millis).toBe(1_120_000);
  expect(large.heapMegabytes).toBeGreaterThan(3800);
  expect(large.memoryBytes).toBeGreaterThan(16_000 * MB);
});

test('a file whose proof the memory does not hold is refused with both numbers', () => {
  expect(() => checkProofMemory('model.json', 300 * MB, () => 2000 * MB)).toThrow(
    'Refused to prove "model.json": of 300 MB, two engines that check each other take about 2.7 GB of memory, and 2 GB is free',
  );
  expect(() => checkProofMemory('model.json', 300 * MB, () => 2700 * MB)).not.toThrow();
  expect(() => checkProofMemory('small.json', 30 * MB, () => 0)).not.toThrow();
});
