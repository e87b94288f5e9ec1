import { expect, test } from 'vitest';
import type { Batch } from '../../model/batch.ts';
import { askedSearch, type LackingAnswers, modelColumns } from './asked-search.ts';
import { columnDomains } from './searched-columns.ts';

const FREE = { immutable: [], increase: [], decrease: [], actionable: null };

/** A model of many columns whose answer never changes, and how many rows it was asked about. */
function steadyModel(width: number) {
  let asked = 0;
  const specs = Array.from({ length: width }, (_, k) => ({
    ...{ name: `c${k}`, type: 'number' as const, named: true, nullable: true },
  }));
  const domains = columnDomains(specs, FREE, null);
  const rows: Batch = { kind: 'matrix', rows: 1, width, data: new Float64Array(width) };
  const model = {
    ...{ rows, wanted: { kind: 'other' } as const },
    answerWithLack: async (batch: Batch): Promise<LackingAnswers> => {
      asked += batch.rows;
      const same = new Float64Array(batch.rows);
      return { answers: same, lacks: same };
    },
  };
  const search = () =>
    askedSearch(model, modelColumns(domains), domains, [], { cells: new Array(width).fill(0), given: 0 });
  return { search, asked: () => asked };
}

test.each([40, 400])('a model of %i columns is asked about 20,000 rows at most', async (width) => {
  const { search, asked } = steadyModel(width);
  expect(await search()).toMatchObject({ cells: null, isExact: false });
  expect(asked()).toBe(20_000);
});
