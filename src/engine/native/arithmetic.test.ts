import { expect, test } from 'vitest';
import type { ArithmeticStep, ColumnExpression } from '../../model/arithmetic.ts';
import type { RowBlock } from './block.ts';
import { prepareStep } from './prepare.ts';

const cell: ColumnExpression = { kind: 'column', column: 0 };

function answers(of: ColumnExpression, cells: readonly number[], domains: ArithmeticStep['domains'] = []) {
  const origin = { path: '', class: 'Formula', offset: 0 };
  const step: ArithmeticStep = {
    kind: 'arithmetic',
    origin,
    features: 1,
    featureNames: ['price'],
    columns: [of],
    domains,
  };
  const input: RowBlock = { kind: 'dense', rows: cells.length, cols: 1, data: Float64Array.from(cells) };
  const block = prepareStep(step, ['price']).transform?.(input);
  return block?.kind === 'dense' ? [...block.data] : null;
}

test('an interval holds its upper edge, the first one both, and none holds what is beyond or missing', () => {
  const edges = Float64Array.of(0, 1, 1, 2.5);
  const cells = [0, 0.5, 1, 1.5, 2.5, -0.1, 2.6, Number.NaN];
  const wanted = [0, 0, 0, 2, 2, Number.NaN, Number.NaN, Number.NaN];
  expect(answers({ kind: 'interval', edges, of: cell }, cells)).toEqual(wanted);
});

test('a cap keeps missing numbers', () => {
  const capped: ColumnExpression = { kind: 'clip', low: -Infinity, high: 2, of: cell };
  expect(answers(capped, [3, 2, -9, Number.NaN])).toEqual([2, 2, -9, Number.NaN]);
});

test('a number outside of a formula is refused with its row and column', () => {
  const log: ColumnExpression = { kind: 'function', function: 'log', of: cell };
  const domains = [{ column: 0, low: 0, high: Infinity, excluded: 0 }];
  expect(answers(log, [1], domains)).toEqual([0]);
  expect(() => answers(log, [1, 0], domains)).toThrow('row 1, column "price": 0 is outside');
});
