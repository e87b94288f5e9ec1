import { expect, test } from 'vitest';
import { DecodedOutput } from './output.ts';

/** An output and how often the clock was looked at. */
function counted(limit: number) {
  let ticks = 0;
  const output = new DecodedOutput(limit, 'a test', () => {
    ticks++;
  });
  return { output, ticks: () => ticks };
}

test('an output repeats what it wrote, also over its own end', () => {
  const { output } = counted(16);
  output.push(Uint8Array.of(1, 2, 3), 0);
  output.copy(2, 5, 0);
  output.copy(8, 3, 0);
  expect([...output.finish()]).toEqual([1, 2, 3, 2, 3, 2, 3, 2, 1, 2, 3]);
});

test('an output refuses the first byte past its limit', () => {
  const { output } = counted(4);
  output.reserve(4, 0);
  expect(() => output.reserve(5, 7)).toThrow(expect.objectContaining({ code: 'READ_LIMIT' }));
});

test('work without output makes the clock be looked at too', () => {
  const { output, ticks } = counted(2 ** 20);
  for (let i = 0; i < 4096; i++) {
    output.work(256);
    output.push(Uint8Array.of(0), 0);
  }
  expect(ticks()).toBeGreaterThanOrEqual(3);
  expect(ticks()).toBeLessThan(100);
});
