/** Plans for tests: of two chunks over two files, but for what is said. */

import type { RunPlan } from '../../run/plan.ts';
import type { JobSpec } from '../../spec/spec.ts';

export const aPlan = (more: Partial<RunPlan> = {}): RunPlan => ({
  model: {
    name: 'churn',
    version: 2,
    file: 'm.joblib',
    digest: 'a'.repeat(64),
    runtime: 'native',
    converter: 3,
  },
  inputs: ['x', 'y'],
  outputs: [{ name: 'predict', type: 'string' }],
  columns: [
    { name: 'id', type: 'BIGINT' },
    { name: 'predict', type: 'VARCHAR' },
  ],
  frozen: { items: [aFile('a'), aFile('b')], columns: [], rows: null },
  chunks: [
    { index: 0, item: 0, from: 0, to: 3, rows: 3 },
    { index: 1, item: 1, from: 0, to: null, rows: null },
  ],
  ...more,
});

export const aFile = (
  name: string,
  more: {
    readonly size?: number;
    readonly mtimeMs?: number;
    readonly digest?: string;
    readonly layout?: unknown;
  } = {},
) => ({
  kind: 'file' as const,
  path: `/data/${name}.parquet`,
  size: 188_000_000,
  mtimeMs: 1,
  digest: name.repeat(64),
  partition: {},
  ...more,
});

export const aSpec = (more: Partial<JobSpec> = {}): JobSpec => ({
  job: 'nightly',
  model: 'churn@2',
  source: { uri: '/data/*.parquet', format: null },
  key: 'id',
  columns: [],
  features: null,
  sink: { uri: '/out.parquet', format: null, mode: 'append', publish: 'whole', stamps: [] },
  options: {
    chunkRows: 1000,
    lanes: 2,
    budget: { rows: null, share: null },
    duplicates: 'fail',
    holdDistance: null,
    holdRows: null,
    hourlyCost: null,
  },
  ...more,
});
