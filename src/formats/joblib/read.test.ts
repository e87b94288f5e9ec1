import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CODECS } from '../../files/codecs.ts';
import { openFile } from '../../files/file-source.ts';
import type { ByteSource } from '../format.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { type JsonCase, tell } from '../pickle/testing/programs.ts';
import type { PyList, PyTuple, PyValue } from '../pickle/value.ts';
import { isObjectFile } from './detect.ts';
import { readObjectFile } from './read.ts';

/** Files of real joblib releases with what they hold, written by tools/fixtures/joblibs.py. */
const FOLDER = join(import.meta.dirname, '../../../fixtures/joblib');

const context = { limits: DEFAULT_LIMITS, codecs: CODECS, now: () => 0 };

const files = readdirSync(FOLDER).filter((name) => name.endsWith('.joblib'));

describe.each(files)('%s', (file) => {
  const [, release, variant] = /^(joblib-[\d.]+-py\d\.\d+)-(.*)\.joblib$/.exec(file)!;
  const expected = JSON.parse(readFileSync(join(FOLDER, `${release}.json`), 'utf8')).values as Record<
    string,
    JsonCase
  >;
  const read = readObjectFile(openFile(join(FOLDER, file)), context);
  const cases = (read.root as PyList).items.map(
    (item) => (item as PyTuple).items as readonly [string, PyValue],
  );

  it('is known by its first bytes', () => {
    expect(isObjectFile(readFileSync(join(FOLDER, file)).subarray(0, 512))).toBe(true);
    const compression = variant === 'raw' ? null : variant!.replace(/-.*/, '');
    expect(read).toMatchObject({ format: 'joblib', compression });
  });

  it('holds the values of the script', () => {
    expect(Object.keys(expected)).toEqual(expect.arrayContaining(cases.map(([name]) => name)));
    expect(cases.length).toBeGreaterThanOrEqual(Object.keys(expected).length - 1);
  });

  it.each(cases)('reads %s as joblib wrote it', (name, value) => {
    expect(tell(value)).toEqual(expected[name]);
  });
});

describe('limits', () => {
  const KIB = 2 ** 10;
  /** The default limits on a file and on memory, a 256th of each. */
  const limits = { ...DEFAULT_LIMITS, fileBytes: 1024 * KIB, totalBytes: 1280 * KIB };

  /** A pickle of 1,000 KiB that is one array. */
  function arrayFile(dtype: string): ByteSource {
    const size = 1000 * KIB;
    const u32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer);
    const bytes = Buffer.concat([
      Buffer.from('cnumpy.core.numeric\n_frombuffer\n(B', 'latin1'),
      ...[u32(size), Buffer.alloc(size)],
      Buffer.from(`cnumpy\ndtype\nX\x02\0\0\0${dtype}\x85RJ`, 'latin1'),
      ...[u32(size / Number(dtype[1])), Buffer.from('\x85X\x01\0\0\0CtR.', 'latin1')],
    ]);
    return {
      name: 'm.pkl',
      size: bytes.length,
      slice: (from, to) => bytes.subarray(from, to),
      sibling: () => null,
    };
  }

  it('let a file just below the limit on its size be read whole', () => {
    const { root } = readObjectFile(arrayFile('f8'), { ...context, limits });
    expect(root).toMatchObject({ type: 'array', shape: [125 * KIB] });
  });

  it('refuse one whose numbers take more room than the file', () => {
    expect(() => readObjectFile(arrayFile('i1'), { ...context, limits })).toThrow('totalBytes');
  });
});

describe('side files', () => {
  const name = files.find((file) => file.includes('0.9') && file.includes('raw'))!;
  const source = openFile(join(FOLDER, name));
  const withSides = (sibling: ByteSource['sibling']): ByteSource => ({
    name,
    size: source.size,
    slice: (start, end) => source.slice(start, end),
    sibling,
  });

  it('are asked for by the names in the file', () => {
    const asked: string[] = [];
    readObjectFile(
      withSides((side) => {
        asked.push(side);
        return source.sibling(side);
      }),
      context,
    );
    expect(asked[0]).toBe(`${name}_01.npy`);
  });

  it('that are missing are named', () => {
    expect(() =>
      readObjectFile(
        withSides(() => null),
        context,
      ),
    ).toThrow(/no file .*_01\.npy/);
  });

  it.each(['../x.npy', '/etc/passwd', 'a\\b', 'c:x', '..', 'x\0'])(
    'never leave the folder: %j',
    (hostile) => {
      const bytes = source.slice(0, source.size);
      const text = Buffer.from(bytes).toString('latin1');
      const old = `${name}_01.npy`;
      const at = text.indexOf(old);
      const padded = hostile.padEnd(old.length, hostile === '..' ? '/' : '_');
      const altered = Buffer.from(text.slice(0, at) + padded + text.slice(at + old.length), 'latin1');
      const asked: string[] = [];
      const hostileSource = {
        ...withSides((side) => {
          asked.push(side);
          return null;
        }),
        size: altered.length,
        slice: () => altered,
      };
      expect(() => readObjectFile(hostileSource, context)).toThrow(
        expect.objectContaining({ code: 'READ_UNSAFE' }),
      );
      expect(asked).toEqual([]);
    },
  );
});
