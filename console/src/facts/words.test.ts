import { expect, test } from 'vitest';
import {
  bytesWords,
  countWords,
  durationWords,
  millisWords,
  plural,
  rateWords,
  shareWords,
} from './words.ts';

test('figures are as short as they are exact enough', () => {
  expect([0, 12.345, 1234.5, 0.05, null].map(rateWords)).toEqual(['0/s', '12.3/s', '1,230/s', '3/min', '–']);
  expect([0.25, 4.567, 2345, null].map(millisWords)).toEqual(['250 µs', '4.57 ms', '2.35 s', '–']);
  expect([0, 0.00001, 0.0123, 0.5, null].map(shareWords)).toEqual(['0 %', '< 0.01 %', '1.2 %', '50 %', '–']);
  expect([999, 12_345, 1_234_567].map(countWords)).toEqual(['999', '12,345', '1.2M']);
  expect([0, 5000, 65_000, 7_500_000, 90_000_000].map(durationWords)).toEqual([
    ...['0 ms', '5 s', '1 min 5 s', '2 h 5 min', '1 d 1 h'],
  ]);
  expect([plural(1, 'endpoint'), plural(0, 'endpoint'), plural(2, 'query', 'queries')]).toEqual([
    ...['1 endpoint', '0 endpoints', '2 queries'],
  ]);
  expect([1, 999, 2000, 3.5e9].map(bytesWords)).toEqual(['1 byte', '999 bytes', '2 kB', '3.5 GB']);
});
