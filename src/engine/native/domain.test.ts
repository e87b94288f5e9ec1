import { expect, test } from 'vitest';
import type { ColumnValues } from '../../model/batch.ts';
import type { DomainColumn } from '../../model/domain.ts';
import { prepareStep } from './prepare.ts';

const rare: DomainColumn = {
  valid: { type: 'string', values: ['a', 'b'] },
  missing: [{ kind: 'null' }],
  whenMissing: { kind: 'refuse' },
  whenInvalid: { kind: 'replace', value: 'Rare' },
};

function answers(column: DomainColumn, cells: ColumnValues): unknown {
  const origin = { path: '', class: 'Domain', offset: 0 };
  const step = {
    kind: 'value-domain' as const,
    origin,
    features: 1,
    featureNames: ['city'],
    columns: [column],
  };
  const input = { kind: 'columns' as const, rows: cells.length, cols: 1, columns: [cells] };
  const block = prepareStep(step, ['city']).transform?.(input);
  return block?.kind === 'columns' ? Array.from<unknown>(block.columns[0] ?? []) : null;
}

test('a category that is not listed is replaced, and the names of objects are categories like others', () => {
  expect(answers(rare, ['a', 'c', '', 'b', 'constructor'])).toEqual(['a', 'Rare', 'Rare', 'b', 'Rare']);
});

test('what is refused is named with its row and column', () => {
  expect(() => answers(rare, ['a', null])).toThrow('row 1, column "city": a missing value');
  const strict: DomainColumn = { ...rare, whenInvalid: { kind: 'refuse' } };
  expect(() => answers(strict, ['a', 'c'])).toThrow('row 1, column "city": "c" is outside');
});

test('outliers are treated among valid numbers alone', () => {
  const capped: DomainColumn = {
    valid: {
      type: 'interval',
      low: 0,
      high: 10,
      outliers: {
        low: 2,
        high: 8,
        below: { kind: 'replace', value: 2 },
        above: { kind: 'replace', value: null },
      },
    },
    missing: [{ kind: 'number', value: -1 }],
    whenMissing: { kind: 'replace', value: 5 },
    whenInvalid: { kind: 'keep' },
  };
  const cells = Float64Array.of(-1, 0, 2, 8, 9, 11, -3, Number.NaN);
  expect(answers(capped, cells)).toEqual([5, 2, 2, 8, Number.NaN, 11, -3, Number.NaN]);
});

test('bools are the numbers that stand for them', () => {
  const flags: DomainColumn = {
    ...rare,
    valid: { type: 'bool', values: [true] },
    whenInvalid: { kind: 'replace', value: 1 },
  };
  expect(answers(flags, Float64Array.of(1, 0))).toEqual([1, 1]);
});
