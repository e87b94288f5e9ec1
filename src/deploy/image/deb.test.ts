import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readDeb } from './deb.ts';

const home = mkdtempSync(join(tmpdir(), 'plimsoll-deb-'));
afterAll(() => rmSync(home, { recursive: true }));

function makePackage(): Buffer {
  const tree = mkdtempSync(join(home, 'tree-'));
  chmodSync(tree, 0o755);
  mkdirSync(join(tree, 'DEBIAN'), { recursive: true });
  mkdirSync(join(tree, 'usr/lib'), { recursive: true });
  writeFileSync(
    join(tree, 'DEBIAN/control'),
    'Package: x\nVersion: 1\nArchitecture: amd64\nMaintainer: x <x@x.x>\nDescription: x\n',
  );
  writeFileSync(join(tree, 'usr/lib/libx.so.1.2'), 'a library'.repeat(10_000));
  symlinkSync('libx.so.1.2', join(tree, 'usr/lib/libx.so.1'));
  execFileSync('dpkg-deb', ['-Zxz', '--root-owner-group', '--build', tree, join(home, 'x.deb')]);
  return readFileSync(join(home, 'x.deb'));
}

test('files and links of a package that dpkg wrote are read', () => {
  const files = readDeb(makePackage());
  const at = (path: string) => files.find((file) => file.path === path)!;
  expect(Buffer.from(at('usr/lib/libx.so.1.2').bytes).toString()).toBe('a library'.repeat(10_000));
  expect(at('usr/lib/libx.so.1').target).toBe('libx.so.1.2');
});

test('what is no package, or a cut one, is refused', () => {
  const bytes = makePackage();
  expect(() => readDeb(Buffer.from('PK\u0003\u0004'))).toThrow('wanted the start of an ar archive');
  expect(() => readDeb(bytes.subarray(0, 100))).toThrow('wanted a member "data.tar.xz"');
  expect(() => readDeb(bytes.subarray(0, bytes.length - 200))).toThrow('Cannot read');
});
