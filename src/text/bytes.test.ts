import { expect, test } from 'vitest';
import { bytesText } from './bytes.ts';

test('bytes are shown with three digits at most, in steps of 1000', () => {
  const sizes = [0, 812, 12_345, 1_400_000, 380_400_000, 1_234_567_890, 5e12];
  expect(sizes.map(bytesText)).toEqual([
    ...['0 bytes', '812 bytes', '12.3 kB', '1.4 MB', '380 MB', '1.23 GB', '5000 GB'],
  ]);
});
