import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { chartOf } from '../../src/deploy/kubernetes/chart/chart.ts';
import { render } from '../../src/deploy/kubernetes/render.ts';
import type { KubernetesSpec } from '../../src/deploy/kubernetes/spec.ts';
import { rendered } from './helm-templates.ts';
import { SPECS } from './specs.ts';

interface Chart {
  readonly files: ReadonlyMap<string, string>;
  readonly values: Record<string, never>;
  readonly objects: (values: unknown) => Readonly<Record<string, unknown>>;
}

function chart(spec: KubernetesSpec): Chart {
  const files = chartOf(spec, render(spec));
  const templates = [...files].filter(([path]) => path.startsWith('templates/'));
  const objects = (values: unknown): Record<string, unknown> =>
    Object.fromEntries(
      templates.map(([path, text]) => [
        path.slice('templates/'.length),
        parse(rendered(text, values, spec.namespace ?? 'anywhere'), { version: '1.1' }),
      ]),
    );
  return { files, values: parse(files.get('values.yaml')!), objects };
}

describe('The chart', () => {
  test.each(Object.entries(SPECS))('of %s gives the objects of the plain files', (_name, spec) => {
    const { values, objects } = chart(spec);
    expect(objects(values)).toEqual(
      Object.fromEntries(render(spec).map(({ file, object }) => [file, JSON.parse(JSON.stringify(object))])),
    );
  });

  test('follows each of its values', () => {
    const { values, objects } = chart(SPECS['a candidate and a shadow']!);
    const changed = {
      ...(values as object),
      versions: {
        v3: { image: 'other:1', weight: 60 },
        v4: { image: 'other:2', weight: 40 },
        v5: { image: 'other:3' },
      },
      scaling: { min: 4, max: 5 },
      resources: { limits: { memory: '1Gi' } },
      tolerations: [{ key: 'gpu', operator: 'Exists' }],
      affinity: {},
      deploymentAnnotations: { team: 'risk' },
      gateway: { enabled: true, name: 'inner' },
      serviceMonitor: { enabled: false },
    };
    const found = objects(changed) as Record<string, { spec: never; metadata: never }>;
    expect(found['service-monitor.yaml']).toBeNull();
    expect(found['deployment-v4.yaml']).toMatchObject({
      metadata: { annotations: { team: 'risk' } },
      spec: {
        template: {
          spec: {
            containers: [{ image: 'other:2', resources: { limits: { memory: '1Gi' } } }],
            tolerations: [{ key: 'gpu', operator: 'Exists' }],
          },
        },
      },
    });
    expect(found['autoscaler-v3.yaml']).toMatchObject({ spec: { minReplicas: 4, maxReplicas: 5 } });
    expect(found['http-route.yaml']).toMatchObject({
      spec: { parentRefs: [{ name: 'inner' }], rules: [{ backendRefs: [{ weight: 60 }, { weight: 40 }] }] },
    });
  });

  test('says what each value is for, and refuses names that nothing reads', () => {
    const { files } = chart(SPECS['a candidate and a shadow']!);
    const lines = files.get('values.yaml')!.split('\n');
    const uncommented = lines.filter(
      (line, at) => /^ *[\w-]+:( \S.*)?$/.test(line) && /: \S/.test(line) && !/#/.test(lines[at - 1] ?? ''),
    );
    // What is below `resources` is said above it.
    expect(uncommented.filter((line) => !/^ +(cpu|memory):/.test(line))).toEqual([]);
    const schema = JSON.parse(files.get('values.schema.json')!);
    expect(schema.additionalProperties).toBe(false);
    expect(schema.properties.versions.properties.v3.additionalProperties).toBe(false);
  });

  test('keeps a template of KServe that looks like one of Helm', () => {
    const { files, values, objects } = chart(SPECS['a runtime of KServe']!);
    expect(files.get('templates/serving-runtime.yaml')).toContain('--model_name={{ "{{" }}.Name}}');
    expect(objects(values)['serving-runtime.yaml']).toMatchObject({
      spec: { containers: [{ args: expect.arrayContaining(['--model_name={{.Name}}']) }] },
    });
  });
});
