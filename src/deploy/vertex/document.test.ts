import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PlimsollError } from '../../core/errors.ts';
import { runs } from '../../core/testing/runs.ts';
import { parseVertexDocument } from './parse.ts';

const IMAGE = `europe-west4-docker.pkg.dev/acme/models/churn@sha256:${'1'.repeat(64)}`;
const VERSION = { model: 'churn', version: 1, digest: 'a'.repeat(64), image: IMAGE };
const DOCUMENT = {
  deployment: 'churn',
  project: 'acme-ml',
  location: 'europe-west4',
  endpoint: { id: 'churn' },
  versions: [VERSION],
};
const parse = (changes: object): ReturnType<typeof parseVertexDocument> =>
  parseVertexDocument({ ...DOCUMENT, ...changes }, 'vertex.yaml');
const withVersion = (changes: object): object => ({ versions: [{ ...VERSION, ...changes }] });

function refusalOf(changes: object): { readonly code: string; readonly message: string } {
  try {
    parse(changes);
  } catch (error) {
    if (error instanceof PlimsollError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('it was accepted');
}

test('what is left out has the defaults that are documented', () => {
  const { versions, endpoint, batch } = parse({});
  expect(endpoint.dedicated).toBe(false);
  expect(batch).toEqual([]);
  expect(versions[0]).toMatchObject({
    traffic: 100,
    machine: { type: 'n1-standard-2', accelerator: null, accelerators: 0 },
    replicas: { min: 1, max: 1 },
    port: 8080,
    deploymentTimeoutSeconds: 1800,
  });
});

test('a repository of several regions says nothing of one', () => {
  const image = IMAGE.replace('europe-west4', 'europe');
  expect(parse(withVersion({ image })).versions[0]!.image).toBe(image);
});

describe('what Vertex cannot honour is an error of its own, never dropped', () => {
  test.each([
    ['shadow', withVersion({ shadow: true })],
    ['sticky', withVersion({ sticky: true })],
    ['replicas.min: 0', withVersion({ replicas: { min: 0, max: 2 } })],
    ['traffic: 2.5', withVersion({ traffic: 2.5 })],
    ['async', withVersion({ async: {} })],
    ['serverless', withVersion({ serverless: true })],
    ['shadow', { shadow: { version: 2 } }],
  ])('%s', (setting, changes) => {
    const { code, message } = refusalOf(changes);
    expect(code).toBe('VERTEX_UNSUPPORTED');
    expect(message).toContain(setting);
  });
});

describe('what the API would refuse later is refused before anything is made', () => {
  test.each([
    ['the traffic of all versions adds up to 90', withVersion({ traffic: 90 })],
    [
      'lies in us-central1, wanted europe-west4',
      withVersion({ image: IMAGE.replace('europe-west4', 'us-central1') }),
    ],
    [
      'number 1 is that of versions of churn and fraud',
      {
        versions: [
          { ...VERSION, traffic: 50 },
          { ...VERSION, model: 'fraud', traffic: 50 },
        ],
      },
    ],
    ['by its digest', withVersion({ image: 'europe-west4-docker.pkg.dev/acme/models/churn:latest' })],
    ['in Artifact Registry', withVersion({ image: `docker.io/acme/churn@sha256:${'1'.repeat(64)}` })],
    ['endpoint.id', { endpoint: { id: '9churn' } }],
    ['endpoint.id', { endpoint: { id: 'churn-' } }],
    ['endpoint.id', { endpoint: { id: `c${'x'.repeat(63)}` } }],
    ['location', { location: 'Europe' }],
    ['replicas.max is 1, wanted 3', withVersion({ replicas: { min: 3, max: 1 } })],
    ['scaleAt does nothing', withVersion({ scaleAt: { cpu: 60 } })],
    ['the machine has none', withVersion({ replicas: { max: 2 }, scaleAt: { accelerator: 60 } })],
    ['needs endpoint.dedicated', withVersion({ invoke: true })],
    ['deploymentTimeoutSeconds', withVersion({ deploymentTimeoutSeconds: 7201 })],
    ['not one of AIP_*', withVersion({ env: { AIP_HTTP_PORT: '1' } })],
    ['C identifier', withVersion({ env: { 'A-B': '1' } }), 'the name of a variable'],
    ['machine', withVersion({ machine: 'large' })],
    [
      'names accelerator',
      withVersion({ machine: { type: 'n1-standard-4', accelerator: 'NVIDIA_TESLA_T4' } }),
    ],
    ['is no key here', withVersion({ replica: 2 })],
    [
      'not among the versions',
      { batch: [{ name: 'b', version: 7, input: ['gs://bucket/a'], output: 'gs://bucket/b' }] },
    ],
    [
      'churn@1 is there twice',
      {
        versions: [
          { ...VERSION, traffic: 50 },
          { ...VERSION, traffic: 50 },
        ],
      },
    ],
  ])('%s', (says, changes, also?: string) => {
    const { code, message } = refusalOf(changes);
    expect(code).toBe('VERTEX_INVALID');
    expect(message).toContain(also ?? says);
  });

  test('every mistake is named at once', () => {
    const { message } = refusalOf({ project: 'A', location: 'B', ...withVersion({ port: 0 }) });
    for (const path of ['project', 'location', 'versions[0].port']) expect(message).toContain(path);
  });
});

test('whatever is given, it is a document or a coded refusal', () => {
  const seed = 20261126;
  fc.assert(
    fc.property(
      fc.json({ maxDepth: 4 }),
      fc.constantFrom('versions', 'endpoint', 'batch', 'project'),
      (json, key) => {
        for (const value of [JSON.parse(json), { ...DOCUMENT, [key]: JSON.parse(json) }]) {
          try {
            parseVertexDocument(value, 'x');
          } catch (error) {
            expect(error).toBeInstanceOf(PlimsollError);
          }
        }
      },
    ),
    { seed, numRuns: runs(300) },
  );
});
