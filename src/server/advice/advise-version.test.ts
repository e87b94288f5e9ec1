import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parseNeeds } from '../../advise/needs/needs.ts';
import { bundleDir, CONVERTER } from '../../registry/bundle.ts';
import type { AdviceRequest } from './advice-work.ts';
import { type AdviseTools, adviseVersion } from './advise-version.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'advise-'));
afterAll(() => rmSync(dataDir, { recursive: true }));

const HOUR = 3_600_000;
const NOW = 168 * HOUR;
const DIGEST = 'd'.repeat(64);

function bundled(): void {
  const folder = bundleDir(dataDir, DIGEST);
  mkdirSync(folder, { recursive: true });
  const signature = { form: 'table', columns: [{ name: 'age', type: 'number' }], outputs: [] };
  const about = { runtime: 'native', rowMicros: 3, signature, example: { age: 3 } };
  const manifest = { schema: 1, converter: CONVERTER, ...about };
  writeFileSync(join(folder, 'plimsoll.json'), JSON.stringify(manifest));
}
bundled();

/** A version that answers `churn`, whose endpoint was asked so often in each hour of a week. */
function toolsFor(hourly: readonly number[], state = 'ready') {
  const asked: AdviceRequest[] = [];
  const points = hourly.map((requests, k) => ({ at: k * HOUR, requests }));
  const version = async (model: string, number: number) => ({
    model,
    version: number,
    state,
    digest: DIGEST,
  });
  const control = {
    version,
    endpoint: async () => ({ stable: 3 }),
    endpoints: async () => ({ items: [{ name: 'churn', model: 'churn', stable: 3 }], next: null }),
    trafficHistory: async () => ({ from: 0, to: NOW, step: HOUR, versions: [{ version: 3, points }] }),
  };
  const work = async (request: AdviceRequest) => {
    asked.push(request);
    return { advice: {}, files: { files: [], commands: [], fill: [] } };
  };
  return { asked, tools: { control, dataDir, work } as unknown as AdviseTools };
}

test('where needs say nothing of it, as much is asked for as was counted in the last week', async () => {
  const open = Array.from({ length: 168 }, (_, hour) => (hour % 24 >= 8 && hour % 24 < 18 ? 36_000 : 0));
  const { asked, tools } = toolsFor(open);
  const { traffic } = await adviseVersion({ model: 'churn@3' }, tools);
  expect(traffic).toMatchObject({ endpoint: 'churn', to: NOW, rate: 10, peak: 10 });
  const needs = parseNeeds({ ...asked[0]?.needs });
  expect(needs.requests).toBe(10);
  expect((needs.hours ?? 0) / HOUR).toBeCloseTo(10, 0);
  expect(asked[0]?.cost).toMatchObject({ source: 'registered', model: 'churn@3', runtime: 'native' });
  expect(asked[0]?.model).toMatchObject({ kind: 'version', name: 'churn', version: 3 });
});

test('what the needs say has the last word, and then nothing is counted', async () => {
  const { asked, tools } = toolsFor(Array(168).fill(36_000));
  const { traffic } = await adviseVersion({ model: 'churn@3', requests: '5/s' }, tools);
  expect([traffic, asked[0]?.needs]).toEqual([null, { model: 'churn@3', requests: '5/s' }]);
});

test('hardly any traffic says nothing of what will be asked', async () => {
  const { tools } = toolsFor([3, 4]);
  expect((await adviseVersion({ model: 'churn@3', latency: '1s' }, tools)).traffic).toBeNull();
});

test('a version that is not ready is not advised on', async () => {
  const { tools } = toolsFor([], 'refused');
  await expect(adviseVersion({ model: 'churn@3' }, tools)).rejects.toMatchObject({ code: 'VERSION_STATE' });
});

test('a model that is only described needs nothing of this server', async () => {
  const { asked, tools } = toolsFor([]);
  await adviseVersion({ model: { perRow: '30us' }, requests: '1/s' }, tools);
  expect(asked[0]).toMatchObject({ cost: null, model: null });
});
