import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../src/deploy/kubernetes/manifest.ts';
import { render } from '../../src/deploy/kubernetes/render.ts';
import { preparePython } from '../../tools/python-environment.ts';
import { SPECS } from './specs.ts';

/** The published schemas of Kubernetes and of the projects that define the other kinds. */
const TOOLS = join(import.meta.dirname, '../../tools/kubernetes');

interface Checked {
  readonly name: string;
  readonly release: string;
  readonly object: object;
}

/** Every object of every spec, for the release that it is for. */
const written: readonly Checked[] = Object.entries(SPECS).flatMap(([name, spec]) =>
  render(spec).map(({ file, object }) => ({ name: `${name}: ${file}`, release: `1.${spec.minor}`, object })),
);
const samples = new Map(
  Object.values(SPECS).flatMap((spec) =>
    render(spec).map(({ object }): [string, KubernetesObject] => [object.kind, object]),
  ),
);
/** One of each kind, with a field that is none, and with one of another type. */
const broken: readonly Checked[] = [...samples].flatMap(([name, object]) =>
  [
    { ...object, spec: { ...(object['spec'] as object), strategie: 'RollingUpdate' }, surplus: 1 },
    { ...object, metadata: object.kind === 'ServiceAccount' ? 'none' : object.metadata, spec: 'none' },
  ].map((object) => ({ name, release: '1.34', object })),
);
const volume: readonly Checked[] = render(SPECS['the model as a volume']!).flatMap(({ file, object }) =>
  object.kind === 'Deployment' ? [{ name: file, release: '1.30', object }] : [],
);

/** What is wrong with each; an empty text where nothing is. The schemas take seconds to read, so all are asked for at once. */
const problems = new Map<Checked, string>();

beforeAll(() => {
  const python = preparePython(
    'kubernetes',
    join(TOOLS, 'requirements.txt'),
    'kubernetes_validate, jsonschema',
  );
  const all = [...written, ...broken, ...volume];
  const { status, stdout, stderr } = spawnSync(
    python,
    [join(TOOLS, 'validate.py'), join(TOOLS, 'generated')],
    { input: JSON.stringify(all.map(({ release, object }) => ({ release, object }))), encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
  const said = JSON.parse(stdout) as string[];
  for (const [at, one] of all.entries()) problems.set(one, said[at]!);
}, 300_000);

describe('The published schemas', () => {
  test('take every object of every spec', () => {
    expect(
      written.flatMap((one) => (problems.get(one) === '' ? [] : [`${one.name}: ${problems.get(one)}`])),
    ).toEqual([]);
    expect([...samples.keys()].toSorted()).toEqual([
      'ClusterServingRuntime',
      'CronJob',
      'Deployment',
      'HTTPRoute',
      'HorizontalPodAutoscaler',
      'InferenceService',
      'Job',
      'NetworkPolicy',
      'PodDisruptionBudget',
      'ScaledObject',
      'Service',
      'ServiceAccount',
      'ServiceMonitor',
      'ServingRuntime',
    ]);
  });

  test('refuse each of those objects with a field that is none, or one of another type', () => {
    expect(broken.filter((one) => problems.get(one) === '')).toEqual([]);
  });

  test('of Kubernetes before 1.31 know no image as a volume, so nothing may be written for them', () => {
    expect(volume.map((one) => problems.get(one))).toEqual([expect.stringContaining('image')]);
  });
});
