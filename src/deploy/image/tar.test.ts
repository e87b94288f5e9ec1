import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { randomIndex, seededRandom } from '../../core/random.ts';
import { FILE_MODE, type LayerMember, tarOf } from './layer.ts';
import { tarHeader } from './tar.ts';
import { readTar } from './tar-read.ts';

const home = mkdtempSync(join(tmpdir(), 'plimsoll-tar-'));
afterAll(() => rmSync(home, { recursive: true }));

const text = (path: string, content: string): LayerMember => ({
  kind: 'file',
  path,
  mode: FILE_MODE,
  from: new TextEncoder().encode(content),
});

async function written(members: readonly LayerMember[], name = 'a.tar'): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of tarOf(members)) parts.push(part);
  writeFileSync(join(home, name), Buffer.concat(parts));
  return join(home, name);
}

const tar = (...args: string[]): string =>
  execFileSync('tar', args, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C.UTF-8', TZ: 'UTC' } });

/** 100 and 101 bytes, a split at the last place there is, and one place too far. */
const LONG = [
  `a/${'b'.repeat(98)}`,
  `a/${'c'.repeat(99)}`,
  `${'d'.repeat(155)}/${'e'.repeat(100)}`,
  `${'d'.repeat(156)}/${'e'.repeat(100)}`,
  `${'f/'.repeat(120)}end`,
  'grüße/Größe.txt',
  `${'ü'.repeat(90)}/x`,
];

test('GNU tar finds the names, contents, links and modes that were written', async () => {
  const members: LayerMember[] = [
    ...LONG.map((path) => text(path, `of ${path}`)),
    { kind: 'link', path: 'link', target: 'a' },
    { kind: 'link', path: 'far', target: 'x/'.repeat(80) },
    { kind: 'folder', path: 'tmp', mode: 0o1777 },
  ];
  const path = await written(members);
  const into = mkdtempSync(join(home, 'x-'));
  tar('-xf', path, '-C', into);
  for (const name of LONG) expect(readFileSync(join(into, name), 'utf8')).toBe(`of ${name}`);
  const lines = tar('-tvf', path, '--numeric-owner', '--full-time').split('\n');
  expect(lines).toContain('drwxrwxrwt 0/0               0 1970-01-01 00:00:00 tmp/');
  expect(lines).toContain('lrwxrwxrwx 0/0               0 1970-01-01 00:00:00 link -> a');
  expect(lines.find((line) => line.includes(' far -> '))).toContain('x/'.repeat(80));
});

test('it is byte for byte what GNU tar writes when it is told the same rules', async () => {
  const paths = [
    'etc/passwd',
    'opt/app/main.js',
    'opt/app-x',
    'opt/app.js',
    'opt/Zebra',
    'opt/app/assets/a',
    `${'d'.repeat(90)}/${'e'.repeat(100)}`,
  ];
  const tree = mkdtempSync(join(home, 'tree-'));
  for (const path of paths) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), `content of ${path}`.repeat(50));
    utimesSync(join(tree, path), 1, 1);
  }
  const members = paths.map((path) => text(path, `content of ${path}`.repeat(50)));
  const own = readFileSync(await written(members));
  // Its own order goes by parts of paths, so it is handed ours.
  const order = tar('-tf', join(home, 'a.tar')).trim().replaceAll(/\/$/gm, '');
  writeFileSync(join(home, 'order'), `${order}\n`);
  const rules = [
    '--format=ustar',
    '--numeric-owner',
    '--owner=0',
    '--group=0',
    '--mtime=@0',
    '--mode=u=rwX,go=rX',
  ];
  tar(
    '-cf',
    join(home, 'gnu.tar'),
    '--blocking-factor=1',
    ...rules,
    '--no-recursion',
    '-C',
    tree,
    '-T',
    join(home, 'order'),
  );
  const theirs = readFileSync(join(home, 'gnu.tar'));
  expect(own.equals(theirs)).toBe(true);
});

test('a folder comes before what it holds, and the order is that of bytes whatever was given first', async () => {
  const members = ['b/x', 'a-b', 'a/x', 'B', 'ä', 'a.b'].map((path) => text(path, path));
  const first = readFileSync(await written(members, 'one.tar'));
  const second = readFileSync(await written(members.toReversed(), 'two.tar'));
  expect(first.equals(second)).toBe(true);
  expect(tar('-tf', join(home, 'one.tar')).trim().split('\n')).toEqual([
    'B',
    'a/',
    'a-b',
    'a.b',
    'a/x',
    'b/',
    'b/x',
    'ä',
  ]);
});

test('what is read back is what was written, for random names and sizes', async () => {
  const seed = 20261126;
  const random = seededRandom(seed);
  const pick = (n: number): number => randomIndex(random, n);
  const members = Array.from({ length: 200 }, (_, i) => {
    const part = (): string =>
      Array.from({ length: 1 + pick(60) }, () => 'abcXYZ09-_.é'[pick(12)])
        .join('')
        .replaceAll(/^\.+/g, 'x');
    const path = [...Array.from({ length: pick(5) }, part), `${i}`].join('/');
    return text(path, 'y'.repeat(pick(1500)));
  });
  const back = readTar(readFileSync(await written(members)));
  const contents = new Map(back.map(({ path, bytes }) => [path, Buffer.from(bytes).toString()]));
  for (const member of members)
    if (member.kind === 'file')
      expect(contents.get(member.path), `seed ${seed}`).toBe(
        Buffer.from(member.from as Uint8Array).toString(),
      );
});

test.each(['gnu', 'pax', 'ustar', 'v7'])('archives that GNU tar wrote as %s are read', (format) => {
  const tree = mkdtempSync(join(home, 'read-'));
  const names = ['short', ...(format === 'gnu' || format === 'pax' ? LONG : [])];
  for (const name of names) {
    mkdirSync(dirname(join(tree, name)), { recursive: true });
    writeFileSync(join(tree, name), `in ${name}`);
  }
  symlinkSync('short', join(tree, 'link'));
  tar('-cf', join(home, `${format}.tar`), `--format=${format}`, '-C', tree, '.');
  const members = readTar(readFileSync(join(home, `${format}.tar`)));
  for (const name of names)
    expect(Buffer.from(members.find(({ path }) => path === name)!.bytes).toString()).toBe(`in ${name}`);
  expect(members.find(({ path }) => path === 'link')!.target).toBe('short');
});

test('an archive that is cut or altered is refused with the byte', async () => {
  const whole = readFileSync(await written([text('a', 'x'.repeat(2000))]));
  expect(() => readTar(whole.subarray(0, 1000))).toThrow(
    'Cannot read an archive at byte 0: 488 bytes left, 2000 wanted',
  );
  const altered = Buffer.from(whole);
  altered.write('zzz', 124);
  expect(() => readTar(altered)).toThrow('Cannot read an archive at byte 124');
});

test('a path that would leave the archive is never written', () => {
  for (const path of ['../x', '/x', 'a//b', 'a/./b', '', 'a\0b'])
    expect(() => tarHeader({ kind: 'folder', path, mode: 0o755 }), path).toThrow('is no path in it');
});
