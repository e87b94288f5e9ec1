import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { detectFormat } from '../reading/formats.ts';
import { openFile } from './file-source.ts';
import { readModelFile } from './read-model.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures');
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

const refusal = (code: string) => expect.objectContaining({ code });

function write(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

describe('the format of a file', () => {
  it.each([
    ['pickles/py3.13-p5.pkl', 'pickle'],
    ['pickles/py2.7-p0.pkl', 'pickle'],
    ['pickles/py2.7-p1.pkl', 'pickle'],
    ['joblib/joblib-0.8.4-py2.7-zf.joblib', 'pickle'],
    ['joblib/joblib-1.6.0-py3.13-xz.joblib', 'pickle'],
    ['models/lightgbm-4.6.0/objective-binary.txt', 'lightgbm'],
  ])('of %s is found under any name', (file, format) => {
    for (const name of ['model.onnx', 'model.h5', 'model']) {
      const path = join(folder, name);
      copyFileSync(join(FIXTURES, file), path);
      expect(detectFormat(openFile(path)).id).toBe(format);
    }
  });

  it.each([
    ['nothing', ''],
    ['JSON', '{"learner": 1}'],
    ['text', 'trees\nversion=v4\n'],
    ['a table', 'age,income\n1,2\n'],
    ['a zip file', 'PK\x03\x04'],
    ['a picture', '\x89PNG\r\n\x1a\n'],
  ])('of %s is unknown, and says what it began with', (_, text) => {
    const path = write('other.pkl', Buffer.from(text, 'latin1'));
    expect(() => readModelFile(path)).toThrow(refusal('FORMAT_UNKNOWN'));
    expect(() => readModelFile(path)).toThrow(/"other.pkl"/);
  });

  it('says where a file is missing, a folder, or cut short', () => {
    expect(() => readModelFile(join(folder, 'none.pkl'))).toThrow(refusal('FILE_NOT_FOUND'));
    mkdirSync(join(folder, 'empty'));
    expect(() => readModelFile(join(folder, 'empty'))).toThrow(refusal('FILE_UNREADABLE'));
    expect(() => readModelFile(write('cut.pkl', Buffer.from('\x80\x04\x95', 'latin1')))).toThrow(
      refusal('READ_TRUNCATED'),
    );
  });

  it('counts the variables of a SavedModel, which are what is large of it', () => {
    const path = join(FIXTURES, 'tensorflow/2.21.0/mlp/saved_model.pb');
    const sizes = [
      'saved_model.pb',
      'variables/variables.index',
      'variables/variables.data-00000-of-00001',
    ].map((name) => statSync(join(path, '..', name)).size);
    const all = sizes.reduce((sum, size) => sum + size, 0);
    // An eighth of the memory is what a file may take.
    expect(readModelFile(path, { memory: 8 * all }).content).not.toBeNull();
    expect(() => readModelFile(path, { memory: 8 * (all - 1) })).toThrow(refusal('MODEL_TOO_LARGE'));
  });

  it('reads what half of the memory holds with all that is made of it, or what is trusted', () => {
    const path = write('large.pkl', Buffer.from('\x80\x04', 'latin1'));
    truncateSync(path, 30 * 2 ** 20); // a hole: takes no space, and byte 0 is no opcode
    expect(() => readModelFile(path, { memory: 2 ** 30 })).toThrow(refusal('READ_CORRUPT'));
    expect(() => readModelFile(path, { memory: 2 ** 27 })).toThrow(
      'Refused to read "large.pkl": of 31.5 MB, it takes about 126 MB of memory, and 67.1 MB may be used, half of the 134 MB',
    );
    expect(() => readModelFile(path, { memory: 2 ** 27 })).toThrow(
      expect.objectContaining({
        code: 'MODEL_TOO_LARGE',
        details: expect.objectContaining({ option: '--max-model 32mb' }),
      }),
    );
    expect(() => readModelFile(path, { memory: 2 ** 27, maxModel: 2 ** 30 })).toThrow(
      refusal('READ_CORRUPT'),
    );
    expect(() => readModelFile(path, { maxModel: 2 ** 20 })).toThrow(
      '31457280 bytes exceeds the limit 1048576 (--max-model)',
    );
  });
});

describe('what cannot be a model file', () => {
  it('is refused at once: a pipe, a device, a link to itself, a path through a file', () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    symlinkSync('loop', join(folder, 'loop'));
    expect(() => readModelFile(pipe)).toThrow(/it is a named pipe/);
    expect(() => readModelFile('/dev/null')).toThrow(/it is a device/);
    expect(() => readModelFile(join(folder, 'loop'))).toThrow(/links lead in a circle/);
    expect(() => readModelFile(join(write('plain', 'x'), 'below'))).toThrow(refusal('FILE_NOT_FOUND'));
    expect(() => readModelFile(join(folder, 'n'.repeat(300)))).toThrow(/name is too long/);
  });

  it.skipIf(process.getuid?.() === 0)('is refused with the reason: no permission', () => {
    const path = write('secret.pkl', 'x');
    chmodSync(path, 0);
    expect(() => readModelFile(path)).toThrow(/permission is denied/);
  });
});

describe('a file on disk', () => {
  const path = write(
    'a.bin',
    Uint8Array.from({ length: 100 }, (_, i) => i),
  );

  it('gives exactly the bytes asked for, before and after the whole was read', () => {
    const source = openFile(path);
    expect([...source.slice(10, 13)]).toEqual([10, 11, 12]);
    expect(source.slice(0, 100)).toEqual(new Uint8Array(readFileSync(path)));
    expect([...source.slice(97, 100)]).toEqual([97, 98, 99]);
    expect(source.slice(5, 5).length).toBe(0);
  });

  it('refuses ranges past its end', () => {
    const source = openFile(path);
    for (const [start, end] of [
      [0, 101],
      [101, 102],
      [-1, 3],
      [5, 4],
    ] as const) {
      expect(() => source.slice(start, end)).toThrow(refusal('READ_TRUNCATED'));
    }
  });

  it('never gives more than it had when it was opened, and says so where it has less now', () => {
    const changing = write('changing.bin', 'abcdef');
    const source = openFile(changing);
    write('changing.bin', 'abcdefghijkl');
    expect(Buffer.from(source.slice(0, 6)).toString()).toBe('abcdef');
    const shrinking = openFile(changing);
    write('changing.bin', 'abc');
    expect(() => shrinking.slice(0, 12)).toThrow(refusal('READ_TRUNCATED'));
  });

  it('finds plain files beside it, and nothing else', () => {
    write('b.npy', 'x');
    mkdirSync(join(folder, 'dir'));
    symlinkSync('/etc/passwd', join(folder, 'link.npy'));
    const source = openFile(path);
    expect(source.sibling('b.npy')?.size).toBe(1);
    for (const name of ['c.npy', 'dir', 'link.npy', '../a.bin', 'dir/../b.npy', '/etc/passwd', '.', '..']) {
      expect(source.sibling(name)).toBe(null);
    }
  });
});
