import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { writeArchive } from './archive.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-archive-'));
afterAll(() => rmSync(folder, { recursive: true }));

const LONG = `${'deep/'.repeat(20)}${'n'.repeat(90)}.bin`;

function makeFiles(): string {
  const source = join(folder, 'source');
  mkdirSync(join(source, LONG, '..'), { recursive: true });
  writeFileSync(join(source, 'empty'), '');
  writeFileSync(join(source, 'block'), Buffer.alloc(512, 7));
  writeFileSync(join(source, LONG), Buffer.from('ünï'));
  return source;
}

const names = ['bundle/block', `bundle/${LONG}`, 'bundle/empty', 'one'];

test('tar and Python both unpack what was put in, long names too', async () => {
  const source = makeFiles();
  const path = join(folder, 'a.tar.gz');
  await writeArchive(path, [
    { name: 'bundle', path: source },
    { name: 'one', path: join(source, 'block') },
  ]);
  const listed = execFileSync('tar', ['-tzf', path], { encoding: 'utf8' }).trim().split('\n');
  expect(listed).toEqual(names);
  const python = 'import sys, tarfile; print("\\n".join(tarfile.open(sys.argv[1]).getnames()))';
  expect(execFileSync('python3', ['-c', python, path], { encoding: 'utf8' }).trim().split('\n')).toEqual(
    names,
  );
  execFileSync('tar', ['-xzf', path, '-C', folder]);
  expect(readFileSync(join(folder, 'bundle', LONG), 'utf8')).toBe('ünï');
  expect(readFileSync(join(folder, 'one'))).toEqual(Buffer.alloc(512, 7));
});

test('the same files give the same bytes', async () => {
  const source = makeFiles();
  const [first, second] = ['b', 'c'].map((name) => join(folder, name));
  for (const path of [first!, second!]) await writeArchive(path, [{ name: 'x', path: source }]);
  expect(readFileSync(first!).equals(readFileSync(second!))).toBe(true);
});

test('a name that the format does not hold is refused', async () => {
  const path = join(folder, 'block-again');
  writeFileSync(path, 'x');
  await expect(writeArchive(join(folder, 'd'), [{ name: 'n'.repeat(120), path }])).rejects.toMatchObject({
    code: 'SPARK_UNSUPPORTED',
  });
});
