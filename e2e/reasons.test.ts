import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { admitFile } from '../src/registry/admit.ts';
import { call } from './serving/client.ts';
import { acceptForest, FOREST, FOREST_FILE, serveForest } from './serving/explained-forest.ts';

const { rows, interventional } = FOREST;
const folder = mkdtempSync(join(tmpdir(), 'reasons-'));
const reasons = join(folder, 'reasons.yaml');
writeFileSync(
  reasons,
  'class: 0\ncolumns:\n  x2: {lowers: "Third is only {value}", raises: "Third is {value}", code: R3}\n',
);
acceptForest(reasons);

interface Told {
  readonly feature: string;
  readonly attribution: number;
  readonly text: string;
}

test('an answer says in declared words why, of the class that was declared, and leaves it where it is not wanted', async () => {
  const url = await serveForest();
  const { json } = await call(`${url}/predict`, { body: { rows, explain: { top: 5 } } });
  const told: readonly (readonly Told[])[] = json.explanation.reasons;
  expect(told).toHaveLength(rows.length);
  for (const [row, list] of told.entries()) {
    const wanted = interventional.values[row]!.map(([first]) => first!).sort(
      (a, b) => Math.abs(b) - Math.abs(a),
    );
    expect(list).toHaveLength(5);
    for (const [k, { attribution }] of list.entries()) expect(attribution).toBeCloseTo(wanted[k]!, 10);
    const third = list.find(({ feature }) => feature === 'x2')!;
    const value = Number(rows[row]![2]!.toPrecision(6));
    const words = third.attribution < 0 ? `Third is only ${value}` : `Third is ${value}`;
    expect(third).toMatchObject({ code: 'R3', class: 0, text: words });
    const first = list.find(({ feature }) => feature === 'x0')!;
    expect(first.text).toMatch(/^x0 of -?[\d.e-]+ makes 0 (more|less) likely$/);
  }
  const without = await call(`${url}/predict`, { body: { rows, explain: { reasons: false } } });
  expect(without.json.explanation.values).toHaveLength(rows.length);
  expect(without.json.explanation.reasons).toBeUndefined();
});

test('KServe V1 answers the reasons of each row in its own document', async () => {
  const url = await serveForest();
  const { json } = await call(`${url}/v1/models/forest:explain`, {
    body: { instances: rows, explain: { top: 1 } },
  });
  const own = await call(`${url}/predict`, { body: { rows, explain: { top: 1 } } });
  expect(json.explanations.map(({ reasons: told }: { reasons: unknown }) => told)).toEqual(
    own.json.explanation.reasons,
  );
});

test('a version keeps its reasons until others are pushed, and bad ones change nothing', async () => {
  const first = await admitFile(FOREST_FILE, { dataDir: folder, name: 'forest', reasons });
  expect(first.manifest.reasons).toMatchObject({ class: '0', columns: { x2: { code: 'R3' } } });
  const again = await admitFile(FOREST_FILE, { dataDir: folder, name: 'forest' });
  expect(again.manifest.reasons).toEqual(first.manifest.reasons);
  const bad = join(folder, 'bad.json');
  writeFileSync(bad, JSON.stringify({ columns: { x9: { lowers: 'low {amount}' } } }));
  await expect(
    admitFile(FOREST_FILE, { dataDir: folder, name: 'forest', reasons: bad }),
  ).rejects.toMatchObject({
    code: 'REASONS_INVALID',
  });
  const other = join(folder, 'other.json');
  writeFileSync(other, JSON.stringify({ columns: { x1: { lowers: 'low' } } }));
  const changed = await admitFile(FOREST_FILE, { dataDir: folder, name: 'forest', reasons: other });
  expect(changed.bundle).toBe(first.bundle);
  expect(changed.manifest.reasons).toEqual({ columns: { x1: { lowers: 'low' } } });
});
