import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PlimsollError } from '../core/errors.ts';
import type { Engine } from '../engine/engine.ts';
import type { Signature } from '../model/signature.ts';
import { decodeInput } from '../serving/rows/decode.ts';
import { flattenOutputs } from './flatten.ts';
import { type ScoredModel, scorerOver } from './score.ts';
import { testFrameOf } from './testing/frames.ts';
import { identity, load, testInputsOf } from './testing/models.ts';

/** y = 2x over a table of one unnamed column; fails where it sees 13. */
function doubling(): ScoredModel {
  const engine: Engine = {
    id: 'native',
    async infer(batch) {
      if (batch.kind !== 'matrix') throw new Error('a matrix was wanted');
      if (batch.data.includes(13)) throw new PlimsollError('GRAPH_FAILED', { reason: 'it was 13' });
      if (batch.data.includes(14)) throw new TypeError('it was 14');
      const named = batch.data.indexOf(15);
      const problem = `row ${named}, column "x0": expected no 15`;
      if (named >= 0) throw new PlimsollError('INPUT_INVALID', { problem, row: named, column: 'x0' });
      return { y: { dtype: 'float64', shape: [batch.rows], data: batch.data.map((x) => 2 * x) } };
    },
    close: () => undefined,
  };
  const column = { name: 'x0', named: false, type: 'number', nullable: false } as const;
  const signature: Signature = {
    form: 'table',
    columns: [column],
    outputs: [{ name: 'y', dtype: 'float64', shape: [-1] }],
    classes: null,
  };
  return { engine, signature, example: 1, name: 'doubling', identity };
}

describe('a scorer', () => {
  test('tells rows that do not fit from rows that the model fails on, under the names of the input', async () => {
    const scorer = await scorerOver(doubling(), ['age']);
    const { outcomes, refusals, columns } = await scorer.score(testFrameOf([[1, null, 13, 14, 15, 6]]));
    expect(outcomes).toEqual(Uint8Array.of(0, 1, 2, 2, 1, 0));
    expect(refusals).toEqual([
      {
        row: 1,
        outcome: 'rejected',
        code: 'missing_value',
        column: 'age',
        reason: 'expected a number, got a missing value, and the model takes none here',
      },
      {
        row: 2,
        outcome: 'failed',
        code: 'GRAPH_FAILED',
        column: null,
        reason: 'Cannot run the graph: it was 13',
      },
      { row: 3, outcome: 'failed', code: 'INTERNAL', column: null, reason: 'it was 14' },
      { row: 4, outcome: 'rejected', code: 'INPUT_INVALID', column: 'age', reason: 'expected no 15' },
    ]);
    expect(columns).toEqual([Float64Array.of(2, 0, 0, 0, 0, 12)]);
  });

  test('reads as many rows as a frame says, of arrays that are longer and used again', async () => {
    const scorer = await scorerOver(doubling(), ['age']);
    const values = Float32Array.of(1, 2, 3, 4);
    const valid = Uint8Array.of(1, 0, 1, 0);
    const first = scorer.score({ rows: 3, columns: [{ kind: 'numbers', values, valid }] });
    const second = scorer.score({
      rows: 1,
      columns: [{ kind: 'numbers', values: Int32Array.of(7, 8), valid: null }],
    });
    expect((await first).columns).toEqual([Float64Array.of(2, 0, 6)]);
    expect((await first).outcomes).toEqual(Uint8Array.of(0, 1, 0));
    expect((await second).columns).toEqual([Float64Array.of(14)]);
    expect(await scorer.score({ rows: 0, columns: [{ kind: 'texts', values: [] }] })).toEqual({
      outcomes: new Uint8Array(0),
      refusals: [],
      columns: [new Float64Array(0)],
    });
  });

  test('rounds 64-bit integers as readers of JSON do', async () => {
    const scorer = await scorerOver(doubling(), ['n']);
    // The engine fails on a few numbers around 14.
    const integer = fc.bigInt(-(2n ** 63n), 2n ** 64n - 1n).filter((n) => n < 13n || n > 15n);
    await fc.assert(
      fc.asyncProperty(fc.array(integer, { minLength: 1, maxLength: 50 }), async (numbers) => {
        const signed = numbers.map((n) => BigInt.asIntN(64, n));
        const unsigned = numbers.map((n) => BigInt.asUintN(64, n));
        for (const values of [BigInt64Array.from(signed), BigUint64Array.from(unsigned)]) {
          const { columns } = await scorer.score({
            rows: values.length,
            columns: [{ kind: 'bigints', values, valid: null }],
          });
          expect(columns).toEqual([Float64Array.from(values, (n) => 2 * JSON.parse(String(n)))]);
        }
      }),
    );
  });

  test('answers frames longer than a block, whatever their columns are made of', async () => {
    const model = await load('models/sklearn-1.9.1/forest-classifier-100.joblib');
    const inputs = testInputsOf(model.signature);
    const scorer = await scorerOver(model, inputs);
    const rows = 5000;
    const numbers = inputs.map((_, j) =>
      Array.from({ length: rows }, (_, i) => Math.fround(Math.sin(i * (j + 1)))),
    );
    const wide = await scorer.score(testFrameOf(numbers));
    const narrow = await scorer.score({
      rows,
      columns: numbers.map((values) => ({ kind: 'numbers', values: Float32Array.from(values), valid: null })),
    });
    expect(narrow).toEqual(wide);
    const batch = numbers[0]!.map((_, i) => numbers.map((values) => values[i]));
    const outputs = await model.engine.infer(decodeInput(batch, model.signature));
    expect(wide.columns).toEqual(
      flattenOutputs(outputs, model.signature.outputs).map(({ values }) => values),
    );
  });
});
