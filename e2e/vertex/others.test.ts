import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { VertexDocument } from '../../src/deploy/vertex/document.ts';
import { parseVertexDocument } from '../../src/deploy/vertex/parse.ts';
import { vertexRouter } from '../../src/deploy/vertex/weights.ts';
import { documentOf, imageOf, present, sceneByHand } from './deployment.ts';
import { NOTHING, type TimedScene } from './interruptions.ts';

// What others do between two calls, and names as long as they may be.
let there: TimedScene;
let nothing: () => void;
beforeAll(async () => {
  there = await sceneByHand();
  nothing = there.fake.world.keep();
}, 120_000);
afterEach(() => {
  there.fake.dispatcher.interrupt = () => undefined;
  nothing();
});
afterAll(async () => there.close());

const failure = (work: Promise<unknown>) =>
  work.then(
    () => 'none',
    ({ code, message }: { code: string; message: string }) => `${code} ${message}`,
  );
const AS_IT_IS = { created: [], updated: [], replaced: [], removed: [] };

/** Longest names that a document takes. */
function longest(shares: Readonly<Record<number, number>>): VertexDocument {
  const versions = Object.entries(shares).map(([version, traffic]) => ({
    ...{
      model: 'm'.repeat(100),
      version: Number(version),
      digest: '1'.repeat(64),
      image: imageOf(1),
      traffic,
    },
  }));
  const batch = {
    name: 'b'.repeat(40),
    version: 1_000_000_000,
    input: ['gs://bucket/in'],
    output: 'gs://bucket/out',
  };
  return parseVertexDocument(
    {
      ...{ deployment: 'd'.repeat(40), project: 'acme-ml', location: 'europe-west4', versions },
      ...{ endpoint: { id: 'e'.repeat(63) }, batch: [batch] },
    },
    'vertex.yaml',
  );
}

test('names as long as they may be are taken by the API, and versions are known by their numbers', async () => {
  const document = longest({ 999999999: 95, 1000000000: 5 });
  await there.apply(document);
  expect(await there.apply(document)).toEqual(AS_IT_IS);
  const router = vertexRouter({ ...there.site, deployment: document.deployment }, document.endpoint.id);
  expect(Object.fromEntries((await router.read()).weights)).toEqual({ 999999999: 95, 1000000000: 5 });
  await router.write(new Map([[1_000_000_000, 100]]));
  expect(Object.fromEntries((await router.read()).weights)).toEqual({ 1000000000: 100 });
  await there.destroy(document);
  expect(present(there)).toEqual(NOTHING);
});

test('two that apply the same at once come to the same, and so do two that destroy', async () => {
  for (const document of [documentOf({ 1: 100 }), documentOf({ 1: 95, 2: 5 })]) {
    const outcomes = await Promise.all([failure(there.apply(document)), failure(there.apply(document))]);
    expect(outcomes).toEqual(['none', 'none']);
    expect(await there.apply(document)).toEqual(AS_IT_IS);
  }
  const document = documentOf({ 1: 95, 2: 5 });
  const outcomes = await Promise.all([failure(there.destroy(document)), failure(there.destroy(document))]);
  expect(outcomes).toEqual(['none', 'none']);
  expect(present(there)).toEqual(NOTHING);
});

test('of two that want it otherwise at once, each says what came of it, and the next apply wins', async () => {
  await there.apply(documentOf({ 1: 100 }));
  const [two, three] = [documentOf({ 2: 100 }), documentOf({ 3: 100 })];
  const outcomes = await Promise.all([failure(there.apply(two)), failure(there.apply(three))]);
  for (const outcome of outcomes) expect(outcome).toMatch(/^(none$|CLOUD_)/);
  await there.apply(two);
  expect(await there.apply(two)).toEqual(AS_IT_IS);
  await there.destroy(two);
  expect(present(there)).toEqual(NOTHING);
});

test('what somebody takes away while it is made is said, not waited for', async () => {
  const { dispatcher, world } = there.fake;
  dispatcher.interrupt = ({ method }, when) => {
    if (method === 'GetModel' && when === 'before') world.models.clear();
  };
  const before = there.clock.now();
  expect(await failure(there.apply(documentOf({ 1: 100 })))).toMatch(/^CLOUD_FAILED .*removed it since/);
  expect(there.clock.now() - before).toBeLessThan(120_000);
});
