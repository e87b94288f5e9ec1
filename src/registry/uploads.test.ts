import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runs } from '../core/testing/runs.ts';
import { openUpload, sweepUploads } from './uploads.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'plimsoll-uploads-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const code = (name: string) => expect.objectContaining({ code: name });
const uploads = (): string[] => readdirSync(join(dataDir, 'uploads'));

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

test('parts arrive in pieces, and are there under their own names until the upload is discarded', async () => {
  const upload = openUpload(dataDir);
  await upload.receive('file', 'modèle à tester.joblib', pieces('half', ' a model'));
  await upload.receive('file', 'weights.data', pieces('beside it'));
  await upload.receive('golden', 'golden.json', pieces('{}'));
  await upload.receive('code', 'features/text.py', pieces('pass'));
  await upload.receive('code', 'features/__init__.py', pieces(''));
  const staged = upload.commit();
  expect(readFileSync(staged.file, 'utf8')).toBe('half a model');
  expect(readFileSync(join(staged.file, '../weights.data'), 'utf8')).toBe('beside it');
  expect(relative(upload.folder, staged.golden!)).toBe('golden/golden.json');
  expect(readdirSync(join(staged.code!, 'features')).sort()).toEqual(['__init__.py', 'text.py']);
  expect(uploads()).toHaveLength(1);
  upload.discard();
  expect(uploads()).toEqual([]);
});

test('a name that leads out of its folder, is hidden, comes twice or belongs to no part leaves nothing', async () => {
  const cases: [string, string][] = [
    ['file', '../evil'],
    ['file', '/etc/passwd'],
    ['file', '..'],
    ['file', ''],
    ['file', 'a\0b'],
    ['file', 'a\\b'],
    ['file', '.bashrc'],
    ['file', 'n'.repeat(201)],
    ['code', 'a/../../../evil.py'],
    ['code', '/a.py'],
    ['code', 'a//b.py'],
    ['code', 'a/b/c/d/e/f/g/h/i.py'],
    ['__proto__', 'a'],
    ['other', 'a'],
  ];
  for (const [part, name] of cases) {
    const upload = openUpload(dataDir);
    await expect(upload.receive(part, name, pieces('x'))).rejects.toEqual(code('UPLOAD_INVALID'));
    expect(uploads()).toEqual([]);
  }
  const upload = openUpload(dataDir);
  await upload.receive('file', 'a', pieces('x'));
  await expect(upload.receive('file', 'a', pieces('y'))).rejects.toEqual(code('UPLOAD_INVALID'));
  expect(uploads()).toEqual([]);
});

test('whatever its name, a file lands in the folder of its part or not at all', async () => {
  const name = fc.oneof(fc.string(), fc.stringMatching(/^[./\\a]{1,6}$/), fc.string({ unit: 'binary' }));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('file', 'code'), name, async (part, filename) => {
      const upload = openUpload(dataDir);
      try {
        await upload.receive(part, filename, pieces('x'));
        const inside = readdirSync(upload.folder, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => relative(upload.folder, join(entry.parentPath, entry.name)));
        expect(inside).toEqual([`${part}/${filename}`]);
      } catch (error) {
        expect(error).toEqual(code('UPLOAD_INVALID'));
      } finally {
        upload.discard();
      }
      expect(uploads()).toEqual([]);
      expect(readdirSync(dataDir)).toEqual(['uploads']);
    }),
    { numRuns: runs(150), seed: 20261126 },
  );
});

test('a part over its limit is refused while it arrives, and so is one file too many', async () => {
  const upload = openUpload(dataDir);
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) yield Buffer.alloc(1 << 16);
  }
  await expect(upload.receive('requirements', 'requirements.txt', endless())).rejects.toEqual(
    code('UPLOAD_TOO_LARGE'),
  );
  expect(uploads()).toEqual([]);
  const second = openUpload(dataDir);
  await second.receive('golden', 'a.json', pieces('{}'));
  await expect(second.receive('golden', 'b.json', pieces('{}'))).rejects.toEqual(code('UPLOAD_INVALID'));
});

test('a sender that stops in the middle leaves nothing, and its error is told', async () => {
  const upload = openUpload(dataDir);
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('half');
    throw new Error('connection reset');
  }
  await expect(upload.receive('file', 'a.joblib', broken())).rejects.toThrow('connection reset');
  expect(uploads()).toEqual([]);
});

test('an upload without a model, or after its end, is refused', async () => {
  const empty = openUpload(dataDir);
  await empty.receive('golden', 'golden.json', pieces('{}'));
  expect(() => empty.commit()).toThrow(code('UPLOAD_INVALID'));
  expect(uploads()).toEqual([]);
  const done = openUpload(dataDir);
  await done.receive('file', 'a', pieces('x'));
  done.commit();
  await expect(done.receive('file', 'b', pieces('x'))).rejects.toEqual(code('UPLOAD_INVALID'));
});

test('only so many uploads are taken at once, and a data folder that cannot be written says so', () => {
  const open = Array.from({ length: 32 }, () => openUpload(dataDir));
  expect(() => openUpload(dataDir)).toThrow(code('OVERLOADED'));
  for (const upload of open) upload.discard();
  openUpload(dataDir).discard();
  const file = join(dataDir, 'file');
  writeFileSync(file, '');
  expect(() => openUpload(file)).toThrow(code('DATA_UNWRITABLE'));
});

test('a new upload sweeps away what is old, follows no link, and leaves a long upload that still grows', async () => {
  const [old, growing] = [openUpload(dataDir), openUpload(dataDir)];
  const long = new Date(Date.now() - 7_200_000);
  for (const upload of [old, growing]) {
    await upload.receive('file', 'a', pieces('x'));
    for (const path of ['file/a', 'file', '.']) utimesSync(join(upload.folder, path), long, long);
  }
  const outside = join(dataDir, 'outside');
  writeFileSync(outside, 'stays');
  symlinkSync(outside, join(old.folder, 'link'));
  utimesSync(old.folder, long, long);
  utimesSync(outside, long, long);
  utimesSync(join(growing.folder, 'file/a'), new Date(), new Date());
  openUpload(dataDir).discard();
  expect([existsSync(old.folder), existsSync(growing.folder), existsSync(outside)]).toEqual([
    false,
    true,
    true,
  ]);
});

test('an upload whose process is killed in the middle leaves nothing after the next start', async () => {
  const module = pathToFileURL(join(import.meta.dirname, 'uploads.ts')).href;
  const script = `
    import { openUpload } from '${module}';
    const upload = openUpload(process.argv[1]);
    await upload.receive('golden', 'golden.json', [Buffer.from('{}')]);
    await upload.receive('file', 'a.joblib', (async function* () {
      for (;;) { yield Buffer.alloc(65536); process.stdout.write('.'); await new Promise((go) => setTimeout(go, 5)); }
    })());`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, dataDir]);
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(uploads()).toHaveLength(1);
  sweepUploads(dataDir, Infinity);
  expect(uploads()).toEqual([]);
});
