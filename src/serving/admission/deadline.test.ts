import { expect, test } from 'vitest';
import { timeoutIn } from './deadline.ts';

test('a client that says nothing waits for ever', () => {
  expect(timeoutIn({ 'content-length': '3' })).toBe(null);
});

test.each([
  ['x-request-timeout', '2', 2000],
  ['x-request-timeout', '0.25', 250],
  ['x-request-timeout', '1.5s', 1500],
  ['x-request-timeout', ' 80ms ', 80],
  ['x-envoy-expected-rq-timeout-ms', '750', 750],
  ['grpc-timeout', '100m', 100],
  ['grpc-timeout', '2S', 2000],
  ['grpc-timeout', '1M', 60_000],
  ['grpc-timeout', '500000u', 500],
  ['grpc-timeout', '99999999n', 99.999999],
])('%s: %s are %d ms', (header, value, millis) => {
  expect(timeoutIn({ [header]: value })).toBeCloseTo(millis, 9);
});

test('the least of what is said counts, and what proxies say without sense is passed over', () => {
  expect(timeoutIn({ 'x-request-timeout': '2', 'grpc-timeout': '300m' })).toBe(300);
  expect(timeoutIn({ 'x-request-timeout': '2', 'x-envoy-expected-rq-timeout-ms': '0' })).toBe(2000);
  expect(timeoutIn({ 'x-envoy-expected-rq-timeout-ms': '-1', 'grpc-timeout': '123456789S' })).toBe(null);
});

test.each(['0', '-1', 'soon', '1h', '', '1e9', '0x10', '١', '1'.repeat(400)])(
  'x-request-timeout: %j is refused with what was wanted, at its place',
  (value) => {
    expect(() => timeoutIn({ 'x-request-timeout': value })).toThrow(
      expect.objectContaining({
        code: 'INPUT_INVALID',
        details: expect.objectContaining({
          detail: [expect.objectContaining({ loc: ['header', 'x-request-timeout'] })],
        }),
      }),
    );
  },
);
