import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { wheelName } from '../../src/python/wheel.ts';
import { preparePython } from '../python-environment.ts';
import { wheelOf, writeWheel } from './wheel.ts';

/** A copy: hatchling writes beside what it builds. */
const root = mkdtempSync(join(tmpdir(), 'plimsoll-wheel-'));
const python = join(root, 'python');
const checkout = join(import.meta.dirname, '../..');

beforeAll(() => {
  const isSource = (path: string): boolean => !/__pycache__|[/\\]tests$/.test(path);
  cpSync(join(checkout, 'python'), python, { recursive: true, dereference: true, filter: isSource });
  writeFileSync(join(root, 'package.json'), JSON.stringify(packageJson, null, 2));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Every member of an archive by name, as Python reads it: digest, mode; and what `testzip` finds. */
const READ = `
import hashlib, json, sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
assert archive.testzip() is None
print(json.dumps([[i.filename, archive.read(i).decode() if "dist-info" in i.filename else
    hashlib.sha256(archive.read(i)).hexdigest(), oct(i.external_attr >> 16 & 0o777)] for i in archive.infolist()]))
`;

function run(interpreter: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(interpreter, args, { cwd: python, encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  return stdout;
}

test('it is the wheel that hatchling builds: the same files, metadata, record and modes', {
  timeout: 120_000,
}, () => {
  const interpreter = preparePython('wheel', join(import.meta.dirname, 'requirements.txt'), 'hatchling');
  const [ours, theirs] = [join(root, 'ours'), join(root, 'theirs')];
  writeWheel(python, packageJson.version, ours);
  run(interpreter, ['-m', 'hatchling', 'build', '-t', 'wheel', '-d', theirs]);
  expect(readdirSync(ours)).toEqual([wheelName()]);
  expect(readdirSync(theirs)).toEqual([wheelName()]);
  const read = (folder: string): [string, string, string][] =>
    JSON.parse(run(interpreter, ['-c', READ, join(folder, wheelName())]));
  // WHEEL names its maker, so that its line in RECORD differs as well.
  const compared = (folder: string) =>
    read(folder).map(([name, text, mode]) => {
      const lines = text.split('\n').filter((line) => !/^Generator: |\/WHEEL,/.test(line));
      return [name, name.endsWith('RECORD') ? lines.sort() : lines, mode];
    });
  expect(compared(ours).sort()).toEqual(compared(theirs).sort());
  expect(read(ours).length).toBeGreaterThan(50);
});

test('it is the same bytes whenever and wherever it is made, with nothing that Python compiled', () => {
  const before = wheelOf(python, packageJson.version);
  const elsewhere = join(root, 'elsewhere');
  cpSync(python, elsewhere, { recursive: true });
  mkdirSync(join(elsewhere, 'plimsoll/worker/__pycache__'), { recursive: true });
  writeFileSync(join(elsewhere, 'plimsoll/worker/__pycache__/model.cpython-311.pyc'), 'compiled');
  writeFileSync(join(elsewhere, 'plimsoll/old.pyc'), 'compiled');
  utimesSync(join(elsewhere, 'plimsoll/client.py'), 1, 1);
  expect(wheelOf(elsewhere, packageJson.version).equals(before)).toBe(true);
  writeFileSync(join(elsewhere, 'plimsoll/more.py'), '');
  expect(wheelOf(elsewhere, packageJson.version).equals(before)).toBe(false);
});

test('another version is another wheel', () => {
  const text = wheelOf(python, '2.0.0-rc.1').toString('latin1');
  expect(text).toContain('plimsoll_ml-2.0.0rc1.dist-info/METADATA');
  expect(text).not.toContain(`plimsoll_ml-${packageJson.version}.dist-info`);
});
