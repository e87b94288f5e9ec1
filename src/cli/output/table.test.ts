import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fittedTable, formatTable, visibleColumns } from './table.ts';

const ROWS = [
  ['NAME', 'FILE', 'BY'],
  ['churn', 'a-long-file-name.joblib', 'ana'],
];

test('a table is as wide as its cells, and says what it leaves out where there is less room', () => {
  expect(fittedTable(ROWS, 80, ['BY', 'FILE'])).toBe(formatTable(ROWS));
  expect(fittedTable(ROWS, 35, ['BY', 'FILE'])).toBe(
    '  NAME   FILE\n  churn  a-long-file-name.joblib\n  (no room for BY: --json shows them)',
  );
  expect(fittedTable(ROWS, 20, ['BY', 'FILE'])).toContain('(no room for FILE, BY');
});

test('columns are kept in order, and none goes that is not expendable or has room', () => {
  const cell = fc.string({ maxLength: 12 });
  const names = ['A', 'B', 'C', 'D'];
  fc.assert(
    fc.property(
      fc.array(fc.tuple(cell, cell, cell, cell), { maxLength: 5 }),
      fc.integer({ min: 0, max: 80 }),
      fc.shuffledSubarray(names),
      (rows, width, expendable) => {
        const all = [names, ...rows];
        const kept = visibleColumns(all, width, expendable);
        const wide = (columns: readonly number[]): number =>
          columns.reduce((sum, j) => sum + Math.max(...all.map((row) => row[j]!.length)) + 2, -2);
        expect(kept).toEqual([...kept].sort());
        for (const name of names) if (!expendable.includes(name)) expect(kept).toContain(names.indexOf(name));
        if (wide(kept) > width) expect(kept.some((j) => expendable.includes(names[j]!))).toBe(false);
        if (wide([0, 1, 2, 3]) <= width) expect(kept).toHaveLength(4);
      },
    ),
  );
});
