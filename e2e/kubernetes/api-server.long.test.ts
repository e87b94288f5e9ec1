/** What is written, against a real API server. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { kubernetesFiles } from '../../src/deploy/kubernetes/folder.ts';
import { render } from '../../src/deploy/kubernetes/render.ts';
import { SPECS } from './specs.ts';
import { START_MILLIS, startTestCluster, type TestCluster } from './test-cluster.ts';

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await startTestCluster();
  cluster.kubectl('create', 'namespace', 'shop');
}, START_MILLIS);

afterAll(() => cluster?.stop());

describe('A real API server', () => {
  test.each(Object.entries(SPECS))('takes every object of %s', (name, spec) => {
    const folder = cluster.written(name, spec);
    const { status, stdout, stderr } = cluster.plane.run(
      'kubectl',
      ...[
        'apply',
        '--server-side',
        '--dry-run=server',
        '--validate=strict',
        '--field-manager=plimsoll',
        '-k',
        folder,
      ],
    );
    console.log(`# ${name}\n${stdout}${stderr}`);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.trim().split('\n')).toHaveLength(render(spec).length);
  });

  test.each([
    [
      'a field that is none',
      (text: string) => text.replace('revisionHistoryLimit', 'revisionLimit'),
      'revisionLimit',
    ],
    ['a quantity that is none', (text: string) => text.replaceAll('512Mi', '512MiB'), 'quantities'],
    [
      'a selector that its pods do not have',
      (text: string) =>
        text.replace(
          'app.kubernetes.io/component: serving\n      plimsoll',
          'app.kubernetes.io/component: other\n      plimsoll',
        ),
      'does not match template',
    ],
  ])('refuses %s, so it would have told', (_what, broken, said) => {
    const file = join(cluster.plane.folder, 'broken.yaml');
    writeFileSync(file, broken(kubernetesFiles(SPECS['plain']!).get('deployment-v3.yaml')!));
    const { status, stderr } = cluster.plane.run(
      'kubectl',
      'apply',
      '--dry-run=server',
      '--validate=strict',
      '-f',
      file,
    );
    expect(status).toBe(1);
    expect(stderr).toContain(said);
  });

  test('gets the same objects from Helm', () => {
    for (const [name, spec] of Object.entries(SPECS)) {
      const folder = cluster.written(name, spec);
      const args = [
        'template',
        'any',
        join(folder, 'chart'),
        '-n',
        spec.namespace ?? 'default',
        '--kube-version',
        '1.35',
      ];
      const { status, stdout, stderr } = cluster.plane.run('helm', ...args);
      expect({ name, status, stderr: status === 0 ? '' : stderr }).toEqual({ name, status: 0, stderr: '' });
      const objects = parseAllDocuments(stdout, { version: '1.1' }) as unknown as { toJS(): object }[];
      const sorted = (list: readonly unknown[]): unknown[] =>
        list
          .map((one) => JSON.stringify(one))
          .toSorted()
          .map((text) => JSON.parse(text) as unknown);
      expect(sorted(objects.map((one) => one.toJS()))).toEqual(
        sorted(render(spec).map(({ object }) => object)),
      );
    }
  });

  test('has Helm find nothing wrong with a chart, and Helm refuse what nothing reads and what opens it to anybody', () => {
    for (const [name, spec] of Object.entries(SPECS)) {
      const chart = join(cluster.written(name, spec), 'chart');
      const { status, stdout } = cluster.plane.run(
        'helm',
        'lint',
        '--strict',
        chart,
        '--kube-version',
        '1.35',
      );
      expect({ name, status, stdout }).toMatchObject({
        status: 0,
        stdout: expect.not.stringContaining('[WARNING]'),
      });
    }
    const chart = join(cluster.written('plain', SPECS['plain']!), 'chart');
    const refusal = (...sets: readonly string[]): string => {
      const args = sets.flatMap((set) => ['--set', set]);
      return cluster.plane.run('helm', 'template', 'any', chart, '--kube-version', '1.35', ...args).stderr;
    };
    expect(refusal('scaling.most=4')).toContain('most');
    expect(refusal('scaling.min=0')).toContain('min');
    expect(refusal('networkPolicy.enabled=false')).toContain('insecure');
    expect(refusal('networkPolicy.enabled=false', 'insecure=true')).toBe('');
  });
});
