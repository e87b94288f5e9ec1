import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { kubernetesDocument } from '../../src/cli/deploy/kubernetes-options.ts';
import { kubernetesSpecOf } from '../../src/deploy/kubernetes/spec.ts';
import { folder, plimsoll, ROOT } from '../cli.ts';
import { CHURN, image } from './specs.ts';

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
  test('writes one object a file, a list of them, and a chart; the same bytes each time; and replaces what it has written, nothing else', () => {
    const [out, again] = [join(work, 'out'), join(work, 'again')];
    for (const folder of [out, again])
      expect(packaged('--image', image(1), '--output', folder)).toMatchObject({ status: 0 });
    const files = filesIn(out);
    expect(filesIn(again)).toEqual(files);
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
    const tag = 'registry.example/churn:1';
    expect(packaged('--image', tag, '--replicas', '3', '--output', again)).toMatchObject({
      ...{
        status: 0,
        stderr: expect.stringContaining(`${tag} is a name that can come to mean another image`),
      },
    });
    expect(filesIn(again)['deployment-v1.yaml']).toContain(tag);
    expect(filesIn(again)['autoscaler-v1.yaml']).toBeUndefined();
    writeFileSync(join(again, 'mine.yaml'), 'kind: Secret\n');
    const refused = packaged('--image', image(1), '--output', again);
    expect([refused.status, refused.stderr.includes('KUBERNETES_FOLDER_TAKEN')]).toEqual([3, true]);
    expect(filesIn(again)['mine.yaml']).toBe('kind: Secret\n');
  });

  test('takes a file of settings, over which flags win, and refuses what it does not know', async () => {
    const config = join(work, 'settings.yaml');
    const spec = async (flags: object) =>
      kubernetesSpecOf(await kubernetesDocument({ config, image: image(1), ...flags }), CHURN);
    writeFileSync(config, 'kubernetes:\n  cpu: 500m\n  memory: 1Gi\n  hpa: { on: queue, max: 30 }\n');
    expect(await spec({ memory: '2Gi', min: '3' })).toMatchObject({
      ...{ cpu: '500m', memory: '2Gi', scaler: { on: 'queue', min: 3, max: 30 } },
    });
    writeFileSync(
      config,
      'kubernetes:\n  replicas: 5\n  gateway: { name: a, namespace: b, section: https }\n',
    );
    expect(await spec({ scaler: 'none', hostname: ['churn.example'] })).toMatchObject({
      ...{ replicas: 5, gateway: { name: 'a', namespace: 'b', hostnames: ['churn.example'] } },
    });
    expect(await spec({ gateway: 'public' })).toMatchObject({
      gateway: { name: 'public', namespace: null, section: 'https' },
    });
    await expect(spec({ scaler: 'none', min: '3' })).rejects.toThrow('min would change nothing');
    writeFileSync(config, 'kubernetes:\n  cpu: "1"\n');
    await expect(spec({ hostname: ['churn.example'] })).rejects.toThrow('gateway.name');
    writeFileSync(config, 'kubernetes:\n  hpa: { mx: 30 }\n');
    await expect(spec({})).rejects.toThrow('kubernetes.hpa.mx is no key here');
    writeFileSync(config, 'hpa: {}\n');
    await expect(spec({})).rejects.toThrow('has no part "kubernetes"');
  });

  test('answers with exit 2 what is wrong, 4 what the cluster could not do', () => {
    const none = packaged('--output', join(work, 'none'));
    expect([none.status, none.stderr]).toEqual([2, expect.stringContaining('image is missing')]);
    const old = packaged('--image', image(1), '--model-image', image(2), '--output', join(work, 'none'));
    expect([old.status, old.stderr]).toEqual([4, expect.stringContaining('KUBERNETES_UNSUPPORTED')]);
  });
});
