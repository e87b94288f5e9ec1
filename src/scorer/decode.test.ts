import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Outputs } from '../model/batch.ts';
import type { ColumnSpec } from '../model/signature.ts';
import { flattenOutputs } from './flatten.ts';
import { type ScoredModel, scorerOver } from './score.ts';
import { type ColumnScorer, OUTCOME, type ScoredFrame } from './scorer.ts';
import { testFrameOf } from './testing/frames.ts';
import { answerOneRow, json, load, testInputsOf } from './testing/models.ts';

/** Compares a frame's outcomes with those of its rows, each asked for alone. */
async function expectAsAsked(
  model: ScoredModel,
  scorer: ColumnScorer,
  scored: ScoredFrame,
  rows: readonly unknown[],
): Promise<void> {
  for (const [i, row] of rows.entries()) {
    const wanted = await answerOneRow(model, row);
    const refusal = scored.refusals.find((one) => one.row === i);
    expect(scored.outcomes[i]).toBe(OUTCOME[refusal?.outcome ?? 'ok']);
    if ('msg' in wanted && typeof wanted.msg === 'string') {
      const reason = refusal?.reason.replace(/ \(and \d+ more\)$/, '');
      expect({ type: refusal?.code, msg: wanted.msg.endsWith(reason ?? '?') }, wanted.msg).toEqual({
        type: wanted.type,
        msg: true,
      });
      if (refusal?.column) expect(wanted.msg).toContain(JSON.stringify(refusal.column));
    } else {
      expect(refusal, JSON.stringify(row)).toBeUndefined();
      const cells = flattenOutputs(wanted as Outputs, model.signature.outputs).map(({ values }) => values[0]);
      expect(scored.columns.map((values) => values[i])).toEqual(cells);
    }
  }
  expect(scorer.outputs.length).toBe(scored.columns.length);
}

/** Cells that a column of this kind may hold, good and bad. */
function cellsFor(spec: ColumnSpec): fc.Arbitrary<unknown> {
  const known = (spec.categories ?? []).filter((value) => value !== null);
  const good =
    known.length > 0 ? fc.constantFrom(...known) : fc.constantFrom<unknown>(0, 1.5, -3, 'text', true);
  const odd = fc.constantFrom<unknown>(
    null,
    Number.NaN,
    Infinity,
    -Infinity,
    1e39,
    -1e300,
    2 ** 60,
    'NaN',
    '',
    'zz',
    false,
  );
  return fc.oneof(
    { weight: 6, arbitrary: good },
    { weight: 1, arbitrary: odd },
    { weight: 2, arbitrary: fc.double() },
  );
}

/** A column of one kind, as tables have them, or of any. */
function columnFor(spec: ColumnSpec, rows: number): fc.Arbitrary<unknown[]> {
  const cells = (cell: fc.Arbitrary<unknown>) => fc.array(cell, { minLength: rows, maxLength: rows });
  const orNull = (cell: fc.Arbitrary<unknown>) => fc.option(cell, { freq: 8 });
  return fc.oneof(
    cells(cellsFor(spec)),
    cells(orNull(fc.double())),
    cells(orNull(cellsFor(spec).filter((cell) => typeof cell === 'string'))),
    cells(orNull(fc.boolean())),
    cells(orNull(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n))),
  );
}

const MODELS = [
  'sklearn-1.9.1/columns-forest.joblib',
  'sklearn-1.9.1/columns-unknown-refused.joblib',
  'sklearn-1.9.1/columns-slice-passthrough-drop.pkl',
  'sklearn-1.9.1/logistic-balanced-named.joblib',
  'sklearn-1.9.1/forest-classifier-nan.joblib',
  'sklearn-1.9.1/hgb-classifier-categorical.pkl',
  'sklearn-1.9.1/one-hot-bools.joblib',
  'sklearn-1.9.1/one-hot-none-category.joblib',
  'sklearn-1.9.1/imputer-strings-marker.joblib',
  'sklearn-1.9.1/count-words.joblib',
  'sklearn-1.9.1/label-encoder-ints.pkl',
  'sklearn-1.9.1/label-encoder-strings.joblib',
  'sklearn-1.9.1/function-log.joblib',
];

describe('rows of columns meet the same checks, in the same words, as rows of requests', () => {
  test.each(MODELS)('%s', async (path) => {
    const model = await load(`models/${path}`);
    const { signature } = model;
    if (signature.form === 'tensors') throw new Error('a table was wanted');
    const used = signature.columns.filter((column) => !column.ignored);
    const scorer = await scorerOver(model, testInputsOf(signature));
    const frames = fc
      .integer({ min: 1, max: 12 })
      .chain((rows) => fc.tuple(...used.map((spec) => columnFor(spec, rows))));
    await fc.assert(
      fc.asyncProperty(frames, async (columns) => {
        const count = columns[0]!.length;
        const scored = await scorer.score(testFrameOf(columns, count));
        const rows = Array.from({ length: count }, (_, i) => {
          const cells = used.map(({ name }, j): [string, unknown] => [name, json(columns[j]![i])]);
          return signature.form === 'table' ? Object.fromEntries(cells) : [cells[0]![1]];
        });
        await expectAsAsked(model, scorer, scored, rows);
      }),
      { numRuns: 60 },
    );
    await scorer.close();
  });
});
