import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LoadedVersion } from '../src/registry/version.ts';
import { type RunningServer, startServer } from '../src/server/start.ts';
import { decodeInput } from '../src/serving/rows/decode.ts';
import { outputsToJson } from '../src/serving/rows/outputs-to-json.ts';
import { wire } from './doors/bodies.ts';
import { type FixtureFile, readFixture } from './exactness/fixture.ts';
import { call } from './serving/client.ts';
import { loadedNewest, NEWEST } from './serving/fixture-models.ts';

/** Whether the engines are right is judged by `exactness.test.ts`; here, whether the wire loses anything. */
/** Bodies above 64 KiB are scored in threads. */
const LARGE = 80_000;

let server: RunningServer;
let versions: ReadonlyMap<FixtureFile, LoadedVersion>;

beforeAll(async () => {
  versions = await loadedNewest();
  const loader = new URL('./serving/file-models.ts', import.meta.url).href;
  server = await startServer({ versions: [...versions.values()], port: 0, loader });
}, 60_000);
afterAll(() => server.close());

test('nearly every fixture can be served', () => {
  expect(versions.size).toBeGreaterThan(0.9 * NEWEST.length);
});

/** The answer that the engine gives in this process to what the body says (JavaScript writes -0 as 0). */
async function direct(version: LoadedVersion, input: unknown) {
  const { signature } = version.manifest;
  const batch = decodeInput(JSON.parse(wire(input)), signature);
  const outputs = outputsToJson(await version.engine.infer(batch), signature);
  // A density answers nothing but its logarithm.
  const predictions = outputs['predict'] ?? outputs['transform'] ?? outputs['score_samples'];
  return { predictions, probabilities: outputs['predict_proba'] };
}

const post = (version: LoadedVersion, body: unknown) =>
  call(`${server.url}/models/${encodeURIComponent(version.model)}/predict`, { body: wire(body) });

/** The same rows again and again, until the body is large. */
function enlarged(input: unknown): unknown {
  const { dataframe_split: split } = input as { dataframe_split?: { columns?: unknown; data: unknown[] } };
  if (!split) return null;
  const times = Math.ceil(LARGE / JSON.stringify(split.data).length);
  return { dataframe_split: { ...split, data: Array.from({ length: times }, () => split.data).flat() } };
}

describe('over HTTP', () => {
  test.each(NEWEST)('$name answers what its engine answers, to the last bit', async (file) => {
    const version = versions.get(file);
    if (!version) return;
    const { input, refused = [] } = readFixture(file);
    const { status, json } = await post(version, input);
    expect(status, JSON.stringify(json).slice(0, 500)).toBe(200);
    const { predictions, probabilities } = json;
    expect({ predictions, probabilities }).toEqual(await direct(version, input));
    for (const one of refused) {
      const reply = await post(version, one.input);
      expect(reply.status, one.why).toBe(422);
      expect(reply.json.detail[0].msg).toBeTruthy();
    }
  });

  test.each(NEWEST.filter((_, k) => k % 12 === 0))('$name answers the same from a thread', async (file) => {
    const version = versions.get(file);
    const large = version && enlarged(readFixture(file).input);
    if (!version || !large) return;
    const { status, json, headers } = await post(version, large);
    expect(status, JSON.stringify(json).slice(0, 500)).toBe(200);
    expect(headers['server-timing']).toMatch(/^queue/);
    const { predictions, probabilities } = json;
    expect({ predictions, probabilities }).toEqual(await direct(version, large));
  });
});
