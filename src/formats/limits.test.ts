import { expect, test } from 'vitest';
import { DEFAULT_LIMITS, largestModel, limitsForModel } from './limits.ts';

const MB = 2 ** 20;
const GB = 2 ** 30;

test('a small file is read within the limits of the table, however much memory there is', () => {
  for (const memory of [2 * GB, 64 * GB]) {
    const { fileBytes, cpuMs, objectBytes, ...others } = limitsForModel({ size: 1000, memory });
    expect({ ...DEFAULT_LIMITS, ...others }).toEqual(DEFAULT_LIMITS);
    expect(objectBytes).toBe(DEFAULT_LIMITS.objectBytes - 1000);
    expect(fileBytes).toBe(memory / 8);
    expect(cpuMs - DEFAULT_LIMITS.cpuMs).toBeLessThanOrEqual(1);
  }
});

test('sizes and time grow with the file, structure does not', () => {
  const limits = limitsForModel({ size: 300 * MB, memory: 24 * GB });
  expect(limits.totalBytes).toBe(3000 * MB);
  expect(limits.decompressedBytes).toBe(2400 * MB);
  expect(limits.cpuMs).toBeGreaterThan(30_000);
  expect(limits.opcodes).toBeGreaterThan(300 * MB * 0.18);
  for (const name of ['depth', 'marks', 'nesting', 'lineBytes', 'nameChars'] as const)
    expect(limits[name]).toBe(DEFAULT_LIMITS[name]);
});

test('a large file leaves little for small objects: its numbers are what makes it large', () => {
  const of = (size: number, maxModel?: number) =>
    limitsForModel({ size, memory: 24 * GB, maxModel }).objectBytes;
  expect(of(100 * MB)).toBe(220 * MB);
  expect(of(300 * MB)).toBe(64 * MB);
  expect(of(300 * MB, GB)).toBe(256 * MB);
});

test('what a reading may take never passes half of the memory, unless the file is trusted', () => {
  const memory = 512 * MB;
  const small = limitsForModel({ size: largestModel(memory), memory });
  for (const name of ['totalBytes', 'decompressedBytes', 'arrayBytes'] as const)
    expect(small[name]).toBeLessThanOrEqual(memory / 2);
  const trusted = limitsForModel({ size: 200 * MB, memory, maxModel: GB });
  expect(trusted.fileBytes).toBe(GB);
  expect(trusted.totalBytes).toBe(10 * GB);
});
