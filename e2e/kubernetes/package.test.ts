import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { folder, plimsoll, ROOT } from '../cli.ts';
import { image } from './specs.ts';

const MODEL = join(ROOT, 'fixtures/models/sklearn-1.9.1/ordinal-numbers.pkl');
const work = folder();
const data = join(work, 'data');
const packaged = (...args: readonly string[]) =>
  plimsoll('package', 'kubernetes', MODEL, '--data', data, '--name', 'churn', ...args);

/** Every file of a folder with its text. */
const filesIn = (path: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(path, { recursive: true, encoding: 'utf8' })
      .filter((name) => statSync(join(path, name)).isFile())
      .toSorted()
      .map((name) => [name, readFileSync(join(path, name), 'utf8')]),
  );

describe('package kubernetes', () => {
  const out = join(work, 'out');
  beforeAll(() => {
    expect(packaged('--image', image(1), '--output', out)).toMatchObject({ status: 0 });
  });

  test('writes one object a file, a list of them, and a chart; the same bytes each time', () => {
    const files = filesIn(out);
    const { resources } = parse(files['kustomization.yaml']!) as { resources: string[] };
    expect(resources.toSorted()).toEqual(
      Object.keys(files).filter((name) => !name.includes('/') && name !== 'kustomization.yaml'),
    );
    for (const name of resources) {
      expect(parse(files[name]!)).toMatchObject({
        metadata: { labels: { 'plimsoll.dev/deployment': 'churn' } },
      });
      expect(files[`chart/templates/${name}`]).toBeDefined();
    }
    const other = join(work, 'other');
    expect(packaged('--image', image(1), '--output', other)).toMatchObject({ status: 0 });
    expect(filesIn(other)).toEqual(files);
  });

  test('replaces what it has written, and leaves a folder alone that holds something else', () => {
    const again = join(work, 'again');
    packaged('--image', image(1), '--output', again);
    expect(packaged('--image', image(2), '--replicas', '3', '--output', again)).toMatchObject({ status: 0 });
    expect(filesIn(again)['deployment-v1.yaml']).toContain(image(2));
    expect(filesIn(again)['autoscaler-v1.yaml']).toBeUndefined();
    writeFileSync(join(again, 'mine.yaml'), 'kind: Secret\n');
    const refused = packaged('--image', image(1), '--output', again);
    expect([refused.status, refused.stderr.includes('KUBERNETES_FOLDER_TAKEN')]).toEqual([3, true]);
    expect(filesIn(again)['mine.yaml']).toBe('kind: Secret\n');
  });

  test('takes a file of settings, over which flags win, and refuses what it does not know', () => {
    const config = join(work, 'settings.yaml');
    writeFileSync(config, 'kubernetes:\n  cpu: 500m\n  memory: 1Gi\n  hpa: { on: queue, max: 30 }\n');
    const out = join(work, 'configured');
    const args = ['--image', image(1), '--config', config, '--memory', '2Gi', '--min', '3', '--output', out];
    expect(packaged(...args)).toMatchObject({ status: 0 });
    const files = filesIn(out);
    expect(parse(files['deployment-v1.yaml']!).spec.template.spec.containers[0].resources.limits).toEqual({
      cpu: '500m',
      memory: '2Gi',
    });
    expect(parse(files['autoscaler-v1.yaml']!).spec).toMatchObject({ minReplicas: 3, maxReplicas: 30 });
    writeFileSync(config, 'kubernetes:\n  hpa: { mx: 30 }\n');
    const refused = packaged('--image', image(1), '--config', config, '--output', out);
    expect([refused.status, refused.stderr]).toEqual([
      2,
      expect.stringContaining('kubernetes.hpa.mx is no key here'),
    ]);
  });

  test('answers with exit 2 what is wrong, 4 what the cluster could not do', () => {
    const none = packaged('--output', join(work, 'none'));
    expect([none.status, none.stderr]).toEqual([2, expect.stringContaining('image is missing')]);
    const old = packaged('--image', image(1), '--model-image', image(2), '--output', join(work, 'none'));
    expect([old.status, old.stderr]).toEqual([4, expect.stringContaining('KUBERNETES_UNSUPPORTED')]);
  });
});
