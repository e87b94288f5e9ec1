import { expect, test } from 'vitest';
import type { PackagedModel } from '../packaged.ts';
import { vertexDocumentFrom } from './from-flags.ts';
import { parseVertexDocument } from './parse.ts';

const image = (digit: string): string =>
  `europe-west4-docker.pkg.dev/acme/models/churn@sha256:${digit.repeat(64)}`;
const model = (version: number): PackagedModel =>
  ({
    name: 'Churn v2',
    version,
    digest: 'a'.repeat(64),
    bundle: '/nowhere',
    manifest: {},
  }) as unknown as PackagedModel;
const FLAGS = { image: image('1'), project: 'acme-ml', location: 'europe-west4' };
const shares = (written: unknown): number[] =>
  (written as { versions: { traffic: number }[] }).versions.map(({ traffic }) => traffic);

test('a first version gets everything, under an id that its name gives', () => {
  const written = vertexDocumentFrom({ ...model(1), name: 'churn.v2' }, FLAGS, null);
  const document = parseVertexDocument(written, 'x');
  expect(document.endpoint.id).toBe('churn-v2');
  expect(document.deployment).toBe('churn-v2');
  expect(shares(written)).toEqual([100]);
});

test('one beside another takes its share from it, and none where none is named', () => {
  const first = vertexDocumentFrom({ ...model(1), name: 'churn' }, FLAGS, null);
  expect(shares(vertexDocumentFrom({ ...model(2), name: 'churn' }, { image: image('2') }, first))).toEqual([
    100, 0,
  ]);
  const canary = vertexDocumentFrom(
    { ...model(2), name: 'churn' },
    { image: image('2'), traffic: '5' },
    first,
  );
  expect(shares(canary)).toEqual([95, 5]);
  expect(parseVertexDocument(canary, 'x').project).toBe('acme-ml');
});

test('shares of several are made smaller in proportion and still add up', () => {
  const beside = {
    ...vertexDocumentFrom({ ...model(1), name: 'churn' }, FLAGS, null),
    versions: [1, 2, 3].map((version) => ({
      model: 'churn',
      version,
      digest: 'a'.repeat(64),
      image: image('1'),
      traffic: [34, 33, 33][version - 1],
    })),
  };
  for (const traffic of ['0', '1', '7', '50', '99', '100']) {
    const all = shares(
      vertexDocumentFrom({ ...model(4), name: 'churn' }, { image: image('4'), traffic }, beside),
    );
    expect(all.reduce((sum, share) => sum + share, 0)).toBe(100);
    expect(all.every((share) => Number.isInteger(share) && share >= 0)).toBe(true);
  }
});

test('the same version again keeps its place, its share and what no flag is about', () => {
  const canary = vertexDocumentFrom(
    { ...model(2), name: 'churn' },
    { image: image('2'), traffic: '5', machine: 'n1-standard-4' },
    vertexDocumentFrom({ ...model(1), name: 'churn' }, FLAGS, null),
  );
  const again = vertexDocumentFrom({ ...model(1), name: 'churn' }, { image: image('3') }, canary);
  expect(shares(again)).toEqual([95, 5]);
  expect(parseVertexDocument(again, 'x').versions).toMatchObject([
    { image: image('3') },
    { image: image('2') },
  ]);
  const moved = vertexDocumentFrom(
    { ...model(2), name: 'churn' },
    { image: image('4'), traffic: '50' },
    again,
  );
  expect(shares(moved)).toEqual([50, 50]);
  expect(parseVertexDocument(moved, 'x').versions[1]!.machine.type).toBe('n1-standard-4');
});

test('what is no number is refused by name', () => {
  const written = vertexDocumentFrom(
    { ...model(1), name: 'churn' },
    { ...FLAGS, traffic: 'half', minReplicas: '' },
    null,
  );
  expect(() => parseVertexDocument(written, 'x')).toThrow(/versions\[0\]\.traffic is "half".*replicas/);
});

test('the same version again takes the place of itself', () => {
  const first = vertexDocumentFrom({ ...model(1), name: 'churn' }, FLAGS, null);
  expect(shares(vertexDocumentFrom({ ...model(1), name: 'churn' }, { image: image('3') }, first))).toEqual([
    100,
  ]);
});
