import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { boundAddress } from '../../core/network.ts';
import { listenersAt, listeningSockets, serverUse, useBetween } from './processor-times.ts';

const onLinux = test.skipIf(!existsSync('/proc/self/stat'));

onLinux(
  'a busy process uses about as much processor as the system says, with those it has started',
  async () => {
    const busy =
      'while (process.cpuUsage().user < 300_000); process.stdout.write("x"); setTimeout(() => {}, 5000)';
    const parent = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(busy)}], { stdio: 'inherit' })`;
    const child = spawn(process.execPath, ['-e', parent], {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    try {
      await once(child.stdout, 'data');
      const use = serverUse([child.pid!])!;
      // The parent of the busy one does nothing but start it.
      expect(use.children).toBeGreaterThan(250);
      expect(use.total).toBeGreaterThan(use.children);
      expect(use.memory).toBeGreaterThan(20e6);
    } finally {
      process.kill(-child.pid!, 'SIGKILL');
    }
  },
);

test('what was used is the difference of two looks, and never negative', () => {
  const look = { total: 10, loop: 5, threads: 3, others: 2, children: 0, memory: 7 };
  expect(useBetween(look, { ...look, total: 14, loop: 9, threads: 1, memory: 8 })).toEqual({
    ...{ total: 4, loop: 4, threads: 0, others: 0, children: 0, memory: 8 },
  });
});

test('of processes that are gone nothing is told', () => {
  expect(serverUse([2 ** 30])).toBeNull();
  expect(serverUse([])).toBeNull();
});

onLinux('whoever listens at a port is found', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = boundAddress(server);
  expect(listenersAt(port)).toContain(process.pid);
  server.close();
  await once(server, 'close');
  expect(listenersAt(port)).toEqual([]);
});

test('of the table of sockets those count that listen at the very port', () => {
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 111 1',
    '   1: 0100007F:1F90 0100007F:9C40 01 00000000:00000000 00:00000000 00000000  1000        0 222 1',
    '   2: 00000000:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 333 1',
  ].join('\n');
  expect(listeningSockets(table, 8080)).toEqual(['socket:[111]']);
});
