/** What manifests say of a job, held against the command that it starts. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { batchRunCommand } from '../../src/cli/batch/run.ts';
import { batchArguments } from '../../src/deploy/kubernetes/batch-job.ts';
import { render } from '../../src/deploy/kubernetes/render.ts';
import { kubernetesSpecOf } from '../../src/deploy/kubernetes/spec.ts';
import { admitFile } from '../../src/registry/admit.ts';
import { SUMS, sumsOf } from '../../src/registry/sums.ts';
import { example, folder, plimsoll } from '../cli.ts';
import { CHURN, image } from './specs.ts';

const IRIS = { ...CHURN, name: 'iris', version: 2 };

/** Arguments of the only job of these fields, with the places of the container below `root`. */
function argumentsOf(root: string, fields: object): readonly string[] {
  const spec = kubernetesSpecOf({ image: image(1), batch: [{ name: 'nightly', ...fields }] }, IRIS);
  const { object } = render(spec).find(({ object }) => ['Job', 'CronJob'].includes(object.kind))!;
  const [, text] = /"args":(\[.*?\])/.exec(JSON.stringify(object))!;
  return (JSON.parse(text!) as string[]).map((arg) =>
    arg.startsWith('/opt/') || arg.startsWith('/data') ? join(root, arg) : arg,
  );
}

test('A job of a manifest scores a table; of a schedule, once more each time', {
  timeout: 90_000,
}, async () => {
  const root = folder();
  const { bundle } = await admitFile(example('iris.joblib'), {
    dataDir: join(root, 'registry'),
    name: 'iris',
  });
  const version = join(root, 'opt/plimsoll/models/iris/2');
  cpSync(bundle, version, { recursive: true });
  writeFileSync(join(version, SUMS), await sumsOf(version));
  mkdirSync(join(root, 'data'), { recursive: true });
  const rows = ['id,region,a,b,c,d', '1,north,5.1,3.5,1.4,0.2', '2,south,6,3,5,2', '3,north,x,3,5,2'];
  writeFileSync(join(root, 'data/rows.csv'), `${rows.join('\n')}\n`);
  const args = argumentsOf(root, {
    schedule: '0 3 * * *',
    input: '/data/rows.csv',
    inputFormat: 'csv',
    output: '/data/scored.csv',
    outputFormat: 'csv',
    key: 'id',
    columns: 'region',
    features: 'a,b,c,d',
    duplicates: 'fail',
    maxBad: '50%',
    lanes: 1,
    chunkRows: 1000,
  });
  for (const run of [1, 2]) {
    const { status, stderr, stdout } = plimsoll(...args);
    expect({ run, status, said: status === 0 ? '' : stdout + stderr }).toEqual({ run, status: 0, said: '' });
  }
  const scored = readFileSync(join(root, 'data/scored.csv'), 'utf8').trim().split('\n');
  expect(scored[0]).toContain('region');
  expect(scored).toHaveLength(3);
});

test('Every field of a job is a flag of the command, or of its pod', () => {
  const [job] = kubernetesSpecOf(
    {
      image: image(1),
      batch: [{ name: 'a', image: image(6), input: 's3://a/', output: 's3://b/', mode: 'upsert' }],
    },
    IRIS,
  ).batch;
  const command = new Command();
  batchRunCommand(command, undefined as never);
  const declared = command.options.map(({ long }) => long);
  const full = { ...job!, schedule: '0 3 * * *' };
  const words = Object.fromEntries(
    Object.keys(full).map((name) => [name, (full as Record<string, unknown>)[name] ?? '7']),
  );
  const flags = batchArguments(words as never, IRIS, '/model').filter((word) => word.startsWith('--'));
  expect(flags.filter((flag) => !declared.includes(flag) && flag !== '--data')).toEqual([]);
  const ofThePod = ['name', 'image', 'schedule', 'timeZone', 'secrets', 'claim', 'cpu', 'memory', 'deadline'];
  const kebab = (name: string): string =>
    `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const others = Object.keys(full).filter((name) => !ofThePod.includes(name));
  expect(others.filter((name) => !flags.includes(kebab(name)))).toEqual([]);
});
