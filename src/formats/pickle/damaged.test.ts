import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPlimsollError } from '../../core/errors.ts';
import { runs } from '../../core/testing/runs.ts';
import { fieldColumn, toFloat64, toStrings, toValues } from '../numpy/decode.ts';
import { outcome, pickleProgram, readTestPickle } from './testing/programs.ts';
import { isType } from './value.ts';

const FIXTURES = join(import.meta.dirname, '../../../fixtures/pickles');
const SEED = 20261125;

/** Looks at every array as readers of models do. */
function decodeAll(value: unknown, seen = new Set<unknown>()): void {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array || seen.has(value)) return;
  seen.add(value);
  if (isType(value as never, 'array')) {
    const array = value as Parameters<typeof toFloat64>[0];
    for (const decode of [toFloat64, toStrings, toValues]) attempt(() => decode(array));
    for (const field of array.dtype.fields ?? []) attempt(() => fieldColumn(array, field.name));
  }
  for (const child of Object.values(value)) decodeAll(child, seen);
}

function attempt(action: () => unknown): void {
  try {
    action();
  } catch (error) {
    if (!isPlimsollError(error)) throw error;
  }
}

describe('damaged files', () => {
  const files = readdirSync(FIXTURES).filter((name) => /py3\.13-p\d\.pkl$/.test(name));
  const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(join(FIXTURES, name)));

  it.each(files)('%s cut anywhere is refused', (name) => {
    const bytes = bytesOf(name);
    // Every byte, and so every opcode boundary, where programs are short; text protocols repeat themselves.
    const step = /-p[45]/.test(name) ? 1 : 11;
    for (let end = 0; end < bytes.length; end += step)
      expect(`${end} ${outcome(bytes.subarray(0, end)).code}`).toMatch(/READ_(TRUNCATED|CORRUPT)/);
  });

  it('bit flips give data or a typed refusal', () => {
    const flip = fc.record({ name: fc.constantFrom(...files), at: fc.nat(), byte: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(flip, { minLength: 1, maxLength: 3 }), (flips) => {
        const bytes = bytesOf(flips[0]!.name);
        for (const { at, byte } of flips) bytes[at % bytes.length] = byte;
        attempt(() => decodeAll(readTestPickle(bytes).root));
      }),
      { seed: SEED, numRuns: runs(600) },
    );
  });

  it('random programs give data or a typed refusal', () => {
    const opcodes = [
      ...'(.012FGIJKLMNPQRSTUVXabcdeghijlopqrstu]})',
      0x80,
      0x81,
      0x85,
      0x86,
      0x87,
      0x88,
      0x8a,
      0x8c,
      0x8f,
      0x90,
      0x91,
      0x93,
      0x94,
      0x95,
    ];
    const part = fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...opcodes) },
      { weight: 1, arbitrary: fc.nat(255) },
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 60 }), (parts) =>
        attempt(() => decodeAll(readTestPickle(pickleProgram(...parts, '.')).root)),
      ),
      { seed: SEED, numRuns: runs(3000) },
    );
  });
});
