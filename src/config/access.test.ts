import { expect, test } from 'vitest';
import { accessMode, isLoopbackAddress, isLoopbackHost, parseRate, shareOf } from './access.ts';

const asked = {
  host: '127.0.0.1',
  contract: { kind: 'plain' },
  insecure: false,
  keysRequired: false,
} as const;

test.each([
  [{}, 'local'],
  [{ host: 'localhost' }, 'local'],
  [{ host: '::1' }, 'local'],
  [{ host: '0.0.0.0' }, 'keys'],
  [{ host: '::' }, 'keys'],
  [{ host: '192.168.1.7' }, 'keys'],
  [{ host: 'models.lan' }, 'keys'],
  [{ host: '127.0.0.1.evil.example' }, 'keys'],
  [{ host: '0.0.0.0', insecure: true }, 'insecure'],
  [{ keysRequired: true }, 'keys'],
  [{ host: '0.0.0.0', contract: { kind: 'sagemaker' } }, 'platform'],
  [{ host: '0.0.0.0', contract: { kind: 'vertex' } }, 'platform'],
  [{ host: '0.0.0.0', contract: { kind: 'kserve' } }, 'platform'],
  [{ contract: { kind: 'kserve' }, keysRequired: true }, 'keys'],
] as const)('%j is %s', (change, mode) => {
  expect(accessMode({ ...asked, ...change })).toBe(mode);
});

test.each([
  [{ insecure: true, keysRequired: true }, /contradict/],
  [{ contract: { kind: 'sagemaker' }, keysRequired: true }, /cannot be had on sagemaker/],
  [{ contract: { kind: 'vertex' }, keysRequired: true }, /cannot be had on vertex/],
] as const)('%j is refused', (change, problem) => {
  expect(accessMode({ ...asked, ...change })).toMatchObject({ problem: expect.stringMatching(problem) });
});

test.each([
  ['100/s', { perSecond: 100, burst: 100 }],
  ['600/m', { perSecond: 10, burst: 10 }],
  ['1/h', { perSecond: 1 / 3600, burst: 1 }],
  ['0.5/s', { perSecond: 0.5, burst: 1 }],
  ['100/s,500', { perSecond: 100, burst: 500 }],
  ['off', null],
  ['0/s', undefined],
  ['100', undefined],
  ['-1/s', undefined],
  ['100/s,0', undefined],
  ['1e9/s', undefined],
] as const)('the rate %s is %j', (text, rate) => {
  expect(parseRate(text)).toEqual(rate);
});

test('processes share a rate, and each of them lets at least one in', () => {
  expect(shareOf({ perSecond: 100, burst: 10 }, 4)).toEqual({ perSecond: 25, burst: 3 });
  expect(shareOf(null, 4)).toBeNull();
});

test.each([
  ['127.0.0.1', true],
  ['127.255.0.9', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['128.0.0.1', false],
  ['::ffff:10.0.0.1', false],
  ['127.0.0.256', false],
])('%s is this machine: %s', (address, isOurs) => {
  expect(isLoopbackAddress(address)).toBe(isOurs);
  if (isOurs) expect(isLoopbackHost(address.replace('::ffff:', ''))).toBe(true);
});
