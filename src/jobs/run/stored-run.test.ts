import { expect, test } from 'vitest';
import { aPlan, aSpec } from '../plan/testing/plans.ts';
import { runSpecOf } from '../spec/stored-spec.ts';
import { chunkTotalsOf, runPlanOf, runProgressOf } from './stored-run.ts';

/** As the ledger gives it back. */
const kept = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test('what a run has kept comes back as it was, also what a later release has added', () => {
  const spec = { ...aSpec(), later: { a: 1 } };
  expect(runSpecOf({ id: 'r', spec: kept(spec) })).toEqual(kept(spec));
  const plan = aPlan();
  expect(runPlanOf({ id: 'r', plan: kept(plan) })).toEqual(kept(plan));
  expect(runPlanOf({ id: 'r', plan: null })).toBeNull();
});

test.each([
  ['spec', () => runSpecOf({ id: 'r', spec: { ...aSpec(), columns: 'all' } }), 'spec: columns is "all"'],
  ['plan', () => runPlanOf({ id: 'r', plan: { ...aPlan(), chunks: {} } }), 'plan: chunks is {}'],
  ['progress', () => runProgressOf({ id: 'r', progress: { rows: 1 } }), 'progress: rows is 1'],
  ['account', () => chunkTotalsOf('r', [{ chunk: 'first' }]), 'account: chunk is "first"'],
])('a %s of another shape is refused with its row, its place and what was wanted', (_, read, problem) => {
  expect(read).toThrow(expect.objectContaining({ code: 'STORE_ROW_INVALID' }));
  expect(read).toThrow(problem);
  expect(read).toThrow('"r"');
});
