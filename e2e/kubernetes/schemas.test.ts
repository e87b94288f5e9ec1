import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../src/deploy/kubernetes/manifest.ts';
import { render } from '../../src/deploy/kubernetes/render.ts';
import { preparePython } from '../../tools/python-environment.ts';
import { SPECS } from './specs.ts';

/** The published schemas of Kubernetes and of the projects that define the other kinds. */
const TOOLS = join(import.meta.dirname, '../../tools/kubernetes');
let python: string;

beforeAll(() => {
  const lock = join(TOOLS, 'requirements.txt');
  python = preparePython('kubernetes', lock, 'kubernetes_validate, jsonschema');
}, 300_000);

/** What is wrong with each object; an empty text where nothing is. */
function wrongWith(objects: readonly object[], release = '1.34'): readonly string[] {
  const args = [join(TOOLS, 'validate.py'), join(TOOLS, 'generated'), release];
  const { status, stdout, stderr } = spawnSync(python, args, {
    input: JSON.stringify(objects),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as string[];
}

describe('The published schemas', () => {
  test('take every object of every spec', () => {
    const all = Object.entries(SPECS).flatMap(([name, spec]) =>
      render(spec).map(({ file, object }) => ({ name: `${name}: ${file}`, minor: spec.minor, object })),
    );
    for (const minor of [34, 35]) {
      const some = all.filter((one) => one.minor === minor);
      const problems = wrongWith(
        some.map(({ object }) => object),
        `1.${minor}`,
      );
      expect(
        some.flatMap(({ name }, at) => (problems[at] === '' ? [] : [`${name}: ${problems[at]}`])),
      ).toEqual([]);
    }
    const kinds = new Set(all.map(({ object }) => object.kind));
    expect([...kinds].toSorted()).toEqual([
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
    const samples = new Map(
      Object.values(SPECS).flatMap((spec) =>
        render(spec).map(({ object }): [string, KubernetesObject] => [object.kind, object]),
      ),
    );
    const broken = [...samples.values()].flatMap((object) => [
      { ...object, spec: { ...(object['spec'] as object), strategie: 'RollingUpdate' }, surplus: 1 },
      { ...object, metadata: object.kind === 'ServiceAccount' ? 'none' : object.metadata, spec: 'none' },
    ]);
    const problems = wrongWith(broken);
    expect(problems.flatMap((problem, at) => (problem === '' ? [broken[at]] : []))).toEqual([]);
  });

  test('of Kubernetes before 1.31 know no image as a volume, so nothing may be written for them', () => {
    const [volume] = render(SPECS['the model as a volume']!).flatMap(({ object }) =>
      object.kind === 'Deployment' ? [object] : [],
    );
    expect(wrongWith([volume!], '1.30')[0]).toContain('image');
  });
});
