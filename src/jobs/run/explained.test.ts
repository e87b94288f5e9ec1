import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { rowReasons } from '../../explain/reasons/row-reasons.ts';
import { acceptFile } from '../../registry/accept.ts';
import { openExplainedBundle } from '../../registry/explained-bundle.ts';
import { decodeInput } from '../../serving/rows/decode.ts';
import { literal } from '../../sql/identifiers.ts';
import { BENCH_MODEL, Bench, query, ROWS } from './testing/bench.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.open();
});
afterEach(() => bench.close());

const EXPLAIN = { top: 2, reasons: null, output: null, method: null } as const;

test('rows have the reasons that a request would have, row by row, and what is not there is null', async () => {
  const reasons = join(bench.folder, 'reasons.json');
  writeFileSync(reasons, JSON.stringify({ columns: { age: { lowers: 'Age {value}', code: 'A' } } }));
  const { manifest, bundle } = await acceptFile(BENCH_MODEL, {
    dataDir: bench.folder,
    name: 'model',
    reasons,
  });
  const receipt = await bench.run(bench.spec({ explain: { ...EXPLAIN, top: 6 }, columns: [] }));
  expect(receipt.rows).toMatchObject({ read: ROWS, ok: ROWS });
  expect(receipt.explanation).toEqual({
    ...{ top: 6, method: 'tree-path-dependent', output: 'predict_proba', background: null },
    reasons: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(Object.keys(receipt.distributions)).toContain('reason_1');

  const written = await query(
    `SELECT o.* EXCLUDE (id, predict), i.age, i.income, i.city, i.plan, i.tenure
     FROM ${literal(bench.output)} o JOIN ${literal(bench.input)} i USING (id) WHERE id % 250 = 3 ORDER BY id`,
  );
  const rows = written.map(({ age, income, city, plan, tenure }) => ({ age, income, city, plan, tenure }));
  const opened = await openExplainedBundle({ bundle, model: 'model', version: 1 });
  const explainer = await opened.explainer({ output: null, method: null });
  const batch = decodeInput({ instances: rows }, manifest.signature);
  const attributions = await explainer.explain(batch);
  const { signature, reasons: templates } = manifest;
  const told = rowReasons({ explainer, attributions, batch, signature, templates: templates! }, 6);
  await opened.close();
  expect(told.length).toBeGreaterThan(10);
  for (const [row, columns] of written.entries())
    for (let k = 1; k <= 6; k++) {
      const reason = told[row]![k - 1];
      expect([
        ...[columns[`reason_${k}`], columns[`reason_${k}_attribution`]],
        ...[columns[`reason_${k}_code`], columns[`reason_${k}_text`]],
      ]).toEqual([
        ...[reason?.feature ?? null, reason?.attribution ?? null],
        ...[reason?.code ?? null, reason?.text ?? null],
      ]);
    }
});

test('rows that do not fit go the same way, and other reasons are another job', async () => {
  await bench.writeWith('tenure', "'Infinity'::DOUBLE", 'id % 1000 = 7');
  const spec = bench.spec({ explain: EXPLAIN, columns: [] });
  const receipt = await bench.run(spec);
  expect(receipt.rows).toEqual({ read: ROWS, ok: ROWS - 5, rejected: 5, failed: 0, skipped: 0 });
  const [first] = await query(`DESCRIBE SELECT * FROM ${literal(bench.output)}`).then((columns) => [
    columns.map(({ column_name: name }) => String(name)).filter((name) => name.startsWith('reason')),
  ]);
  expect(first).toEqual(['reason_1', 'reason_1_attribution', 'reason_2', 'reason_2_attribution']);
  const row = await bench.ledger.latest('nightly');
  const { runFactsOf } = await import('../plan/facts.ts');
  const { runPlanOf } = await import('./stored-run.ts');
  const plan = runPlanOf(row!)!;
  const facts = runFactsOf(spec, plan);
  expect(facts.explain).toEqual({ ...EXPLAIN, background: null, templates: null });
  expect(runFactsOf(bench.spec({ columns: [] }), plan)).not.toEqual(facts);
});

test('what cannot be explained so ends the run before its first row, with the reason', async () => {
  const spec = bench.spec({ explain: { ...EXPLAIN, method: 'linear-interventional' } });
  await expect(bench.run(spec)).rejects.toMatchObject({ code: 'EXPLANATION_UNFIT' });
});
