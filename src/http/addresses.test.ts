import { expect, test } from 'vitest';
import { isLinkLocal, isSameHost } from './addresses.ts';

test.each([
  '169.254.169.254',
  '169.254.0.1',
  'fe80::1',
  'fe80::1%eth0',
  'febf::1',
  '[fe80::1]',
  '::ffff:169.254.169.254',
  '[::ffff:a9fe:a9fe]',
  '::a9fe:a9fe',
  '64:ff9b::a9fe:a9fe',
  'fd00:ec2::254',
  '100.100.100.200',
])('%s is link-local', (address) => {
  expect(isLinkLocal(address)).toBe(true);
});

test.each([
  '127.0.0.1',
  '169.253.255.255',
  '170.254.0.1',
  '10.0.0.1',
  '::1',
  'fec0::1',
  '::ffff:10.0.0.1',
  'localhost',
  '169.254.169.254.example',
  '',
])('%s is not', (address) => {
  expect(isLinkLocal(address)).toBe(false);
});

test('a URL writes an address in one way, whatever it was', () => {
  for (const host of ['2852039166', '0xa9fea9fe', '0251.0376.0251.0376', '169.254.43518'])
    expect([host, isLinkLocal(new URL(`http://${host}/`).hostname)]).toEqual([host, true]);
});

test.each([
  ['http://a/x', 'http://a/y', true],
  ['http://a/x', 'https://a/y', true],
  ['http://127.0.0.1:81/x', 'http://localhost:81/y', true],
  ['http://a/x', 'http://b/x', false],
  ['http://a:81/x', 'http://a:82/x', false],
  ['http://a:81/x', 'https://a:81/x', false],
  ['http://a/x', 'http://a:6379/x', false],
  ['http://a/x', 'http://a.b/x', false],
])('%s and %s: one host %s', (a, b, isOne) => {
  expect(isSameHost(new URL(a), new URL(b))).toBe(isOne);
});
