import { describe, expect, it } from 'vitest';
import type { RunPlan } from '../run/plan.ts';
import type { JobSpec } from '../spec/spec.ts';
import { differenceOf } from './difference.ts';
import { runFactsOf } from './facts.ts';
import { requireSame, runFingerprintOf } from './fingerprint.ts';
import { aFile, aPlan, aSpec } from './testing/plans.ts';

const SPEC = aSpec();
const PLAN = aPlan();
const FACTS = runFactsOf(SPEC, PLAN);
const items = (...files: readonly ReturnType<typeof aFile>[]): Partial<RunPlan> => ({
  frozen: { ...PLAN.frozen, items: files },
});

describe('the fingerprint of a run', () => {
  const options = (more: Partial<JobSpec['options']>): Partial<JobSpec> => ({
    options: { ...SPEC.options, ...more },
  });

  it.each<[string, Partial<JobSpec>, Partial<RunPlan>]>([
    ['the name of the job', { job: 'other' }, {}],
    [
      'lanes, prices and budgets',
      options({ lanes: 7, hourlyCost: 3, budget: { rows: 1, share: null }, holdRows: 0.5 }),
      {},
    ],
    ['times of files', {}, items(aFile('a', { mtimeMs: 9 }), aFile('b', { mtimeMs: 8 }))],
    ['where files can be cut', {}, items(aFile('a', { layout: { groups: [1] } }), aFile('b'))],
    [
      'how a model was named',
      { model: '/m.joblib' },
      { model: { ...PLAN.model, name: null, version: null } },
    ],
  ])('knows nothing of %s', (_, spec, plan) => {
    expect(runFingerprintOf(runFactsOf(aSpec(spec), aPlan(plan)))).toBe(runFingerprintOf(FACTS));
  });

  it.each<[string, Partial<JobSpec>, Partial<RunPlan>]>([
    ['the model', {}, { model: { ...PLAN.model, digest: 'b'.repeat(64) } }],
    ['its runtime', {}, { model: { ...PLAN.model, runtime: 'onnx' } }],
    ['the converter', {}, { model: { ...PLAN.model, converter: 4 } }],
    ['a byte of the input', {}, items(aFile('a'), aFile('b', { digest: 'c'.repeat(64) }))],
    ['the order of files', {}, items(aFile('b'), aFile('a'))],
    ['the key', { key: 'other' }, {}],
    ['the size of chunks', options({ chunkRows: 999 }), {}],
    ['what becomes of duplicates', options({ duplicates: 'skip' }), {}],
    ['the sink', { sink: { ...SPEC.sink, uri: '/other.parquet' } }, {}],
    ['stamps', { sink: { ...SPEC.sink, stamps: ['model_version'] } }, {}],
    ['columns that are read', {}, { inputs: ['y', 'x'] }],
    ['types that are written', {}, { columns: [{ name: 'id', type: 'VARCHAR' }, PLAN.columns[1]!] }],
  ])('changes with %s', (_, spec, plan) => {
    expect(runFingerprintOf(runFactsOf(aSpec(spec), aPlan(plan)))).not.toBe(runFingerprintOf(FACTS));
  });

  it('is the same for facts that were in the ledger', () => {
    const kept = JSON.parse(JSON.stringify(FACTS)) as typeof FACTS;
    expect(runFingerprintOf(kept)).toBe(runFingerprintOf(FACTS));
    expect(() => requireSame('nightly', 'r1', kept, FACTS)).not.toThrow();
  });

  it('stays what it was between releases', () => {
    expect(runFingerprintOf(FACTS)).toMatchInlineSnapshot(
      `"be2870deec9d78eb0434ca18fd14e37ceaad2196604d4f2c66103a230862c924"`,
    );
  });
});

describe('the difference of two runs', () => {
  it('is told by part and file', () => {
    const plan = aPlan({
      ...items(aFile('a'), aFile('b', { size: 188_000_004, digest: '9f'.repeat(32) }), aFile('c')),
      model: { ...PLAN.model, digest: 'b'.repeat(64) },
      inputs: ['x'],
    });
    const now = runFactsOf(aSpec({ options: { ...SPEC.options, chunkRows: 122_880 } }), plan);
    expect(differenceOf(FACTS, now)).toEqual([
      `model.digest: ${'a'.repeat(64)} → ${'b'.repeat(64)}`,
      'options.chunkRows: 1,000 → 122,880',
      'reads: x, y → x',
      'input /data/b.parquet: 188,000,000 bytes sha256 bbbbbbbbbbbb… → 188,000,004 bytes sha256 9f9f9f9f9f9f…',
      'input /data/c.parquet: not there → 188,000,000 bytes sha256 cccccccccccc…',
    ]);
    expect(differenceOf(now, FACTS).at(-1)).toBe(
      'input /data/c.parquet: 188,000,000 bytes sha256 cccccccccccc… → not there',
    );
    expect(differenceOf(FACTS, FACTS)).toEqual([]);
  });

  it('tells a table by its snapshot', () => {
    const table = (rows: number) =>
      runFactsOf(
        SPEC,
        aPlan({
          frozen: {
            ...PLAN.frozen,
            items: [{ kind: 'table', path: 'table t', snapshot: { min: '1', rows }, digest: '' }],
          },
        }),
      );
    expect(differenceOf(table(5), table(6))).toEqual(['input table t: min 1, rows 5 → min 1, rows 6']);
  });

  it('is bounded, and takes facts of any release', () => {
    const many = runFactsOf(SPEC, aPlan(items(...Array.from({ length: 1000 }, (_, i) => aFile(`${i}`)))));
    const lines = differenceOf(FACTS, many);
    expect([lines.length, lines.at(-1)]).toEqual([21, 'and 982 more']);
    for (const strange of [null, 3, [], { input: 'x', model: [] }, { input: [1, { path: 3 }] }])
      expect(differenceOf(strange, FACTS).length).toBeGreaterThan(0);
  });

  it('refuses to go on, with every line', () => {
    const now = runFactsOf(aSpec({ key: 'k' }), PLAN);
    expect(() => requireSame('nightly', 'r1', FACTS, now)).toThrow(
      expect.objectContaining({
        code: 'JOB_CHANGED',
        details: { job: 'nightly', run: 'r1', differences: 'key: id → k', list: ['key: id → k'] },
      }),
    );
  });
});
