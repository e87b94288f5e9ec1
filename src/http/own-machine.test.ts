import { expect, test } from 'vitest';
import { isOwnAddress } from './own-machine.ts';

const OWN = ['192.168.1.7', 'fe80::1', '2001:db8::7'];

test.each([
  '127.0.0.1',
  '127.8.9.10',
  '::1',
  '::ffff:127.0.0.1',
  '192.168.1.7',
  '::ffff:192.168.1.7',
  'fe80::1%eth0',
  '2001:db8::7',
])('%s is this machine', (address) => {
  expect(isOwnAddress(address, OWN)).toBe(true);
});

test.each(['192.168.1.8', '128.0.0.1', '0.0.0.0', '::2', '10.0.0.1', 'localhost', '', '127.0.0.1.example'])(
  '"%s" is none of its addresses',
  (address) => {
    expect(isOwnAddress(address, OWN)).toBe(false);
  },
);
