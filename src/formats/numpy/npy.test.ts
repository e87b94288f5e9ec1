import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { ReadBudget } from '../budget.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { pyInt, pyTuple } from '../pickle/construct.ts';
import { fieldColumn, toFloat64 } from './decode.ts';
import { parseLiteral } from './literal.ts';
import { readNpy } from './npy.ts';

const budget = (): ReadBudget => new ReadBudget({ limits: DEFAULT_LIMITS, now: () => 0 });
const refusal = (code: string) => expect.objectContaining({ code });

/** A file as numpy.lib.format writes it: the header padded with blanks to 64 bytes. */
function npy(header: string, data: Uint8Array, version = 1): Uint8Array {
  const fixed = version === 1 ? 10 : 12;
  const padded = `${header.padEnd(Math.ceil((header.length + fixed + 1) / 64) * 64 - fixed - 1)}\n`;
  const length =
    version === 1
      ? Buffer.from(new Uint16Array([padded.length]).buffer)
      : Buffer.from(new Uint32Array([padded.length]).buffer);
  return Buffer.concat([
    Buffer.from(`\x93NUMPY${String.fromCharCode(version)}\0`, 'latin1'),
    length,
    Buffer.from(padded, 'latin1'),
    data,
  ]);
}

const doubles = (...values: number[]): Uint8Array => new Uint8Array(new Float64Array(values).buffer);

describe('.npy files', () => {
  it.each([1, 2, 3])('of version %i give type, order and shape', (version) => {
    const header = "{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }";
    const array = readNpy(npy(header, doubles(1, 4, 2, 5, 3, 6), version), budget(), null);
    expect(array.shape).toEqual([2, 3]);
    expect([...toFloat64(array)]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('hold records, with padding and sub-arrays', () => {
    const header =
      "{'descr': [('a', '|u1'), ('', '|V7'), ('b', '<f8', (2,))], 'fortran_order': False, 'shape': (1,), }";
    const array = readNpy(
      npy(header, Buffer.concat([Buffer.from([7, 0, 0, 0, 0, 0, 0, 0]), doubles(1.5, 2.5)])),
      budget(),
      null,
    );
    expect([...fieldColumn(array, 'a')]).toEqual([7]);
    expect([...fieldColumn(array, 'b')]).toEqual([1.5, 2.5]);
  });

  it.each([
    [
      'too little data',
      "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }",
      doubles(1),
      'READ_TRUNCATED',
    ],
    [
      'too much data',
      "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }",
      doubles(1, 2),
      'READ_CORRUPT',
    ],
    [
      'a huge shape',
      "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999, 99999999), }",
      doubles(1),
      'READ_LIMIT',
    ],
    [
      'a negative shape',
      "{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }",
      doubles(1),
      'READ_CORRUPT',
    ],
    [
      'an expression',
      "{'descr': '<f8', 'fortran_order': False, 'shape': (1*1,), }",
      doubles(1),
      'READ_CORRUPT',
    ],
    [
      'a call',
      "{'descr': __import__('os'), 'fortran_order': False, 'shape': (1,), }",
      doubles(1),
      'READ_CORRUPT',
    ],
    [
      'objects where no pickle is read',
      "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }",
      doubles(1),
      'READ_CORRUPT',
    ],
    ['no type', "{'fortran_order': False, 'shape': (1,), }", doubles(1), 'READ_CORRUPT'],
    ['nesting', `{'descr': ${'['.repeat(100)}`, doubles(1), 'READ_CORRUPT'],
  ])('with %s are refused', (_, header, data, code) => {
    expect(() => readNpy(npy(header, data), budget(), null)).toThrow(refusal(code));
  });
});

describe('Python literals', () => {
  it('tell a tuple from a value in brackets', () => {
    expect(parseLiteral('(3,)', 0)).toEqual(pyTuple([pyInt(3)]));
    expect(parseLiteral('(3)', 0)).toEqual(pyInt(3));
    expect(parseLiteral('()', 0)).toEqual(pyTuple([]));
    expect(parseLiteral("['a', \"b'\", 'c\\'', True, None, 10L]", 0)).toEqual(
      pyTuple(['a', "b'", "c'", true, null, pyInt(10)]),
    );
  });

  it.each(['', '(', '(1', "'a", '{1 2}', '1 1', 'name', '(1,,)', '-1'])('refuse %j', (text) => {
    expect(() => parseLiteral(text, 0)).toThrow(refusal('READ_CORRUPT'));
  });
});
