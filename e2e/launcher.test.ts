import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, expect, test } from 'vitest';
import { BESIDE, content, FOLDERS, listing } from '../tools/sources.mjs';
import { folder, ROOT, runWith } from './cli.ts';

/** A checkout in small: its sources and its bundle say which of them ran. */
let place: string;
const write = (path: string, text: string): void => {
  mkdirSync(join(place, path, '..'), { recursive: true });
  writeFileSync(join(place, path), text);
};
const source = join('src', 'cli', 'main.ts');
const says = (word: string): string => `export const main = (): void => console.log('${word}');`;
const start = async (): Promise<string> =>
  (await promisify(execFile)(process.execPath, [join(place, 'bin/plimsoll.js')])).stdout;
const run = () => runWith(process.execPath, [join(place, 'bin/plimsoll.js')]);

beforeEach(() => {
  place = folder();
  cpSync(join(ROOT, 'bin'), join(place, 'bin'), { recursive: true });
  cpSync(join(ROOT, 'tools/sources.mjs'), join(place, 'tools/sources.mjs'));
  for (const path of [...BESIDE, ...FOLDERS.map((path) => `${path}/a file`)]) write(path, '');
  write('package.json', '{"type":"module"}');
  write(source, says('sources'));
  write('dist/main.js', "export const main = () => console.log('bundle');");
  write('dist/digest.json', JSON.stringify({ listing: listing(place), content: content(place) }));
});

test('a bundle of these very sources runs', () => {
  expect(run().stdout).toBe('bundle\n');
});

test('changed sources run themselves', () => {
  write(source, says('new sources'));
  expect(run().stdout).toBe('new sources\n');
});

test('a new source file makes the bundle old, a new test does not', () => {
  write('src/cli/other.test.ts', '');
  expect(run().stdout).toBe('bundle\n');
  write('src/cli/other.ts', '');
  expect(run().stdout).toBe('sources\n');
});

test('a source file that is gone, or has another name, makes the bundle old', () => {
  renameSync(join(place, 'src/a file'), join(place, 'src/another file'));
  expect(run().stdout).toBe('sources\n');
  renameSync(join(place, 'src/another file'), join(place, 'src/a file'));
  expect(run().stdout).toBe('bundle\n');
  rmSync(join(place, 'src/a file'));
  expect(run().stdout).toBe('sources\n');
});

test('a change within a folder that is older than the bundle is seen', () => {
  write('src/deep/down/file.ts', 'a');
  write('dist/digest.json', JSON.stringify({ listing: listing(place), content: content(place) }));
  expect(run().stdout).toBe('bundle\n');
  writeFileSync(join(place, 'src/deep/down/file.ts'), 'b');
  expect(run().stdout).toBe('sources\n');
});

test('files of the bundle find each other, packages and modules of Node', () => {
  write(
    'dist/main.js',
    "import { join } from 'node:path'; import { word } from './word-AB12.js';\nimport other from 'a-package';\nexport const main = async () => console.log(join(word, other, (await import('./sub/more.js')).more));",
  );
  write('dist/word-AB12.js', "export const word = 'word';");
  write('dist/sub/more.js', "export { beside as more } from './beside.js';");
  write('dist/sub/beside.js', "export const beside = 'beside';");
  write('node_modules/a-package/index.js', "module.exports = 'package';");
  write('node_modules/a-package/package.json', '{"main":"index.js"}');
  expect(run().stdout).toBe('word/package/beside\n');
});

test('the same bytes with other times are the same sources, and are remembered', () => {
  utimesSync(join(place, source), 1, 1);
  expect(run().stdout).toBe('bundle\n');
  expect(JSON.parse(readFileSync(join(place, 'dist/digest.json'), 'utf8')).listing).toEqual(listing(place));
});

test('a digest that is half written is none, and commands that start at once all run', async () => {
  write('dist/digest.json', '{"listing":');
  expect(run()).toMatchObject({ status: 0, stdout: 'sources\n' });
  write('dist/digest.json', JSON.stringify({ listing: 'of other times', content: content(place) }));
  const all = await Promise.all(Array.from({ length: 12 }, start));
  expect(all).toEqual(Array(12).fill('bundle\n'));
  expect(readdirSync(join(place, 'dist')).sort()).toEqual(['digest.json', 'main.js']);
});

test('without a bundle the sources run, and without sources the bundle', () => {
  rmSync(join(place, 'dist'), { recursive: true });
  expect(run().stdout).toBe('sources\n');
  write('dist/main.js', "export const main = () => console.log('bundle');");
  rmSync(join(place, 'src'), { recursive: true });
  rmSync(join(place, 'tools'), { recursive: true });
  expect(run().stdout).toBe('bundle\n');
});
