import { expect, test } from 'vitest';
import { isOneUser, userOfSocket } from './sockets.ts';

const line = (local: string, remote: string, state: string, uid: number, inode: number): string =>
  `   7: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000  ${uid}        0 ${inode} 1 0000000000000000 20 4 30 10 -1`;
const client = { address: '127.0.0.1', port: 0xd431 };
const server = { address: '127.0.0.1', port: 8080 };
const LOCAL = '0100007F:D431';
const REMOTE = '0100007F:1F90';

test('a socket is found by both its ends, not by that of the server', () => {
  const list = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    line(REMOTE, LOCAL, '01', 0, 5),
    line(LOCAL, '0100007F:1F91', '01', 12, 6),
    line(LOCAL, REMOTE, '01', 1000, 7),
    '',
  ].join('\n');
  expect(userOfSocket(list, client, server, true)).toBe(1000);
  expect(userOfSocket(list, { ...client, port: 1 }, server, true)).toBeNull();
});

test.each([
  ['that its process has closed, which the kernel shows as one of root', '05', 0, 0],
  ['that waits for its end', '06', 0, 0],
  ['that is half closed', '08', 1000, 7],
  ['without a file', '01', 0, 0],
])('a socket %s speaks for nobody', (_, state, uid, inode) => {
  expect(userOfSocket(line(LOCAL, REMOTE, state, uid, inode), client, server, true)).toBeNull();
});

test('IPv6, IPv4 inside it, and the words of big-endian machines are read', () => {
  const six = ['00000000000000000000000001000000:D431', '00000000000000000000000001000000:1F90'] as const;
  const loopback = [
    { address: '::1', port: 0xd431 },
    { address: '::1', port: 8080 },
  ] as const;
  expect(userOfSocket(line(...six, '01', 8, 1), ...loopback, true)).toBe(8);
  const mapped = ['0000000000000000FFFF00000100007F:D431', '0000000000000000FFFF00000100007F:1F90'] as const;
  const seen = [
    { address: '::ffff:127.0.0.1', port: 0xd431 },
    { address: '::ffff:127.0.0.1', port: 8080 },
  ] as const;
  expect(userOfSocket(line(...mapped, '01', 9, 1), ...seen, true)).toBe(9);
  expect(userOfSocket(line(LOCAL, REMOTE, '01', 10, 1), ...seen, true)).toBe(10);
  expect(userOfSocket(line('7F000001:D431', '7F000001:1F90', '01', 11, 1), client, server, false)).toBe(11);
});

test('the number that stands for all unknown users of a namespace is nobody', () => {
  const whole = '         0          0 4294967295\n';
  const part = '         0     100000      65536\n';
  expect(isOneUser(1000, 65534, part)).toBe(true);
  expect(isOneUser(65534, 65534, whole)).toBe(true);
  expect(isOneUser(65534, 65534, part)).toBe(false);
});
