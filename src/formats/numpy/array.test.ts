import { describe, expect, it } from 'vitest';
import { outcome, pickleProgram, readTestPickle, unicode } from '../pickle/testing/programs.ts';
import type { PyArray } from '../pickle/value.ts';
import { toFloat64 } from './decode.ts';

const PROTO = pickleProgram(0x80, 4);

describe('what changes after it was checked', () => {
  const type = (spec: string): Uint8Array => pickleProgram('cnumpy\ndtype\n', unicode(spec), 0x85, 'R');
  /** BUILD of a dtype whose elements are 1000 of `base` each. */
  const widen = (base: Uint8Array): Uint8Array =>
    pickleProgram('(K', 3, unicode('|'), base, 'M', 0xe8, 3, 0x85, 0x86, 'NNK', 8, 'K', 1, 'K', 0, 'tb');

  it('an array keeps the type that its bytes were checked against', () => {
    const array = pickleProgram(
      'cnumpy.core.numeric\n_frombuffer\n(C',
      4,
      'abcdh',
      1,
      'K',
      4,
      0x85,
      unicode('C'),
      'tR',
    );
    const { root } = readTestPickle(
      pickleProgram(PROTO, type('i1'), 'q', 1, array, 'q', 2, '0', widen(type('f8')), '0h', 2, '.'),
    );
    expect([...toFloat64(root as PyArray)]).toEqual([97, 98, 99, 100]);
  });

  it('a record cannot come to hold itself', () => {
    const fields = (inner: number): Uint8Array =>
      pickleProgram(
        '(K',
        3,
        unicode('|'),
        'N',
        unicode('a'),
        0x85,
        '}',
        unicode('a'),
        'h',
        inner,
        'K',
        0,
        0x86,
      );
    const build = (inner: number): Uint8Array =>
      pickleProgram(fields(inner), 's', 'K', 0, 'K', 1, 'K', 0, 'tb0');
    const types = pickleProgram(type('V0'), 'q', 1, '0', type('V0'), 'q', 2, '0');
    const array = pickleProgram(
      'cnumpy.core.numeric\n_frombuffer\n(C',
      0,
      'h',
      1,
      'K',
      0,
      0x85,
      unicode('C'),
      'tR',
    );
    const bytes = pickleProgram(PROTO, types, 'h', 1, build(2), 'h', 2, build(1), array, '.');
    expect(outcome(bytes)).toEqual({ code: 'read' });
  });

  it('an array of objects keeps the items it was built with', () => {
    const state = pickleProgram('(K', 1, 'K', 1, 0x85, type('O'), 0x89, ']q', 1, 'N', 'a', 't');
    const built = pickleProgram('cnumpy.core.multiarray\n_reconstruct\n)Rq', 2, state, 'b0');
    const { root } = readTestPickle(pickleProgram(PROTO, built, 'h', 1, 'N', 'a0h', 2, '.'));
    expect((root as PyArray).data).toEqual([null]);
  });
});
