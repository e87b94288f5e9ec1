import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { freemem, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { availableMemory, totalMemory } from './available-memory.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'plimsoll-memory-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A tree of control groups as Linux shows it. */
function groups(membership: string, folders: Record<string, Record<string, string>>) {
  writeFileSync(join(root, 'membership'), membership);
  for (const [folder, files] of Object.entries(folders)) {
    mkdirSync(join(root, 'cgroup', folder), { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(root, 'cgroup', folder, name), text);
  }
  return { membership: join(root, 'membership'), root: join(root, 'cgroup') };
}

test('without control groups it is what the system has free', () => {
  expect(availableMemory({ membership: join(root, 'none'), root }, 5000)).toBe(5000);
  expect(availableMemory()).toBeLessThanOrEqual(freemem() * 1.5);
  expect(availableMemory()).toBeGreaterThan(0);
});

test('in a container it is what its limit leaves, where file cache counts as free', () => {
  const stat = 'anon 300\nfile 500\ninactive_file 400\nactive_file 100\n';
  const here = { 'memory.max': '1000\n', 'memory.current': '900\n', 'memory.stat': stat };
  expect(availableMemory(groups('0::/\n', { '.': here }), 1e9)).toBe(500);
  expect(availableMemory(groups('0::/\n', { '.': here }), 200)).toBe(200);
});

test('the tightest of the groups around the process decides', () => {
  const at = (max: string, current: string) => ({ 'memory.max': max, 'memory.current': current });
  const tree = groups('0::/system.slice/plimsoll.service\n', {
    '.': {},
    'system.slice': at('1000', '950'),
    'system.slice/plimsoll.service': at('max', '10'),
  });
  expect(availableMemory(tree, 1e9)).toBe(50);
});

test('groups of version 1 are read too, and their largest number is no limit', () => {
  const membership = '11:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n';
  const own = { 'memory.limit_in_bytes': '1000', 'memory.usage_in_bytes': '700' };
  expect(availableMemory(groups(membership, { memory: own }), 1e9)).toBe(300);
  const free = { 'memory.limit_in_bytes': '9223372036854771712', 'memory.usage_in_bytes': '700' };
  expect(availableMemory(groups(membership, { memory: free }), 1e6)).toBe(1e6);
});

test('a group that is over its limit has nothing left', () => {
  const tree = groups('0::/\n', { '.': { 'memory.max': '1000', 'memory.current': '1200' } });
  expect(availableMemory(tree, 1e9)).toBe(0);
});

test('what a process may use at all is the tightest limit around it, whatever is used of it', () => {
  expect(totalMemory({ membership: join(root, 'none'), root })).toBe(totalmem());
  const tree = groups('0::/system.slice/plimsoll.service\n', {
    '.': { 'memory.max': 'max' },
    'system.slice': { 'memory.max': '1000', 'memory.current': '950' },
    'system.slice/plimsoll.service': { 'memory.max': '2000' },
  });
  expect(totalMemory(tree, 1e9)).toBe(1000);
  expect(totalMemory(tree, 800)).toBe(800);
  const old = groups('11:memory:/a\n', { memory: { 'memory.limit_in_bytes': '9223372036854771712' } });
  expect(totalMemory(old, 1e6)).toBe(1e6);
});
