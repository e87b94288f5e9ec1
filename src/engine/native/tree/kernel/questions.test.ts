import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../../../core/testing/runs.ts';
import type { TreeEnsembleStep } from '../../../../model/step.ts';
import { putQuestions } from './questions.ts';
import { stumps } from './testing/ensembles.ts';

const FLOAT32_MAX = 2 ** 128 - 2 ** 104;
const special = fc.constantFrom(
  0,
  -0,
  5e-324,
  -5e-324,
  1e-45,
  -1e-45,
  0.1,
  Math.fround(0.1),
  1 + 2 ** -24,
  1 + 2 ** -23,
  FLOAT32_MAX,
  -FLOAT32_MAX,
  Infinity,
  -Infinity,
);
const number = fc.oneof(special, fc.double({ noNaN: true }), fc.float({ noNaN: true }));

/** What the model says: NaN where told, else by the threshold. */
function goesRight(step: TreeEnsembleStep, node: number, x: number): boolean {
  if (Number.isNaN(x)) return step.arena.missingLeft[node] === 0;
  const threshold = step.arena.threshold[node]!;
  return step.split === 'le' ? !(x <= threshold) : !(x < threshold);
}

/** What is packed of a number. */
function packed(levels: Float64Array | null, x: number, missing: number): number {
  if (Number.isNaN(x)) return missing;
  return levels === null ? Math.fround(x) : levels.filter((level) => level < x).length;
}

describe('questions', () => {
  test.each(['float32', 'float64'] as const)('in float32 give every answer of a model of %s', (input) => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ threshold: number, missingLeft: fc.boolean() }), {
          minLength: 1,
          maxLength: 30,
        }),
        fc.constantFrom('le' as const, 'lt' as const),
        fc.array(number, { minLength: 1, maxLength: 30 }),
        (splits, split, given) => {
          const step = stumps(splits, { input, split, acceptsMissing: true });
          const { columns, column, threshold } = putQuestions({ step, zeros: new Int32Array(0) }, 1);
          const finite = given.map(Math.fround).filter(Number.isFinite);
          const thresholds = splits.map((one) => one.threshold);
          const rows = input === 'float32' ? finite : [...given, ...thresholds];
          const [only] = columns;
          for (const x of [...rows, Number.NaN]) {
            for (const node of step.arena.roots) {
              const missing = only!.packing === 'both' ? column[node] === 1 : only!.packing === 'right';
              const value = packed(only!.levels, x, missing ? Infinity : Number.NaN);
              expect(value > threshold[node]!).toBe(goesRight(step, node, x));
            }
          }
        },
      ),
      { numRuns: runs(500) },
    );
  });

  test('pack a column twice only where missing values go both ways', () => {
    const ways = (...missingLeft: boolean[]) =>
      putQuestions(
        {
          step: stumps(
            missingLeft.map((one) => ({ threshold: 1, missingLeft: one })),
            { input: 'float32', split: 'le', acceptsMissing: true },
          ),
          zeros: new Int32Array(0),
        },
        1,
      ).columns[0]!.packing;
    expect([ways(true), ways(false), ways(true, false)]).toEqual(['left', 'right', 'both']);
  });
});
