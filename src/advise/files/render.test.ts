import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { seededRandom } from '../../core/random.ts';
import { runs } from '../../core/testing/runs.ts';
import { lintPolicy } from '../../rollout/policy/lint.ts';
import { parsePolicy } from '../../rollout/policy/policy.ts';
import { PLATFORMS } from '../needs/needs.ts';
import { PATTERNS } from '../needs/pattern.ts';
import type { BlueprintModel } from './blueprint.ts';
import { adviseFiles } from './render.ts';
import { anyBlueprint, blueprint, CHURN_FILE } from './testing/blueprints.ts';

const filesOf = (...args: Parameters<typeof adviseFiles>): Readonly<Record<string, string>> =>
  Object.fromEntries(adviseFiles(...args).files.map(({ name, text }) => [name, text]));

test('whatever a case comes to, its files are read by the grammars of the commands that take them, and are the same bytes again', () => {
  const seed = Date.now() % 1e9;
  const random = seededRandom(seed);
  for (let i = 0; i < runs(300); i++) {
    const any = anyBlueprint(random);
    const made = filesOfOrTold(any, seed);
    expect(filesOf(any)).toEqual(made);
    const { endpoints } = parse(made['plimsoll.yaml']!);
    if (any.pattern !== 'real-time') continue;
    const [{ rollout }] = Object.values(endpoints) as [{ rollout: { policy: unknown } }];
    const policy = parsePolicy(rollout.policy);
    const { rate, errorRate, units } = any.traffic;
    const report = lintPolicy(policy, { rate, errorRate, ...(units === null ? {} : { units }) });
    // Either it is promoted by evidence in time, and harm is found in time, or a person is asked.
    if (policy.certificate === null) {
      expect(policy.stages.some(({ approval }) => approval)).toBe(true);
      continue;
    }
    expect([report.warnings, seed]).toEqual([[], seed]);
    expect(report.promotion).toBeLessThanOrEqual(policy.maxTime / 2);
    expect(report.detection!.time).toBeLessThanOrEqual(policy.maxTime / 2);
  }
});

function filesOfOrTold(any: Parameters<typeof adviseFiles>[0], seed: number) {
  try {
    return filesOf(any);
  } catch (cause) {
    throw new Error(`seed ${seed}: ${JSON.stringify(any)}: ${String(cause)}`, { cause });
  }
}

describe.each(PATTERNS)('%s', (pattern) => {
  test.each(PLATFORMS)(
    'on %s has a command for each file, all of them on the page of the folder',
    (platform) => {
      const { groups, files } = adviseFiles(blueprint({ pattern, platform }));
      const commands = groups.flatMap((group) => group.commands.map(({ run }) => run));
      const settings = files.map(({ name }) => name).filter((name) => name.endsWith('.yaml'));
      expect(settings).toContain('plimsoll.yaml');
      for (const name of settings) expect(commands.some((run) => run.includes(name))).toBe(true);
      for (const run of commands) expect(files[0]!.text).toContain(`\n${run}\n`);
      const elsewhere = { machine: [], kubernetes: ['kubernetes.yaml'], sagemaker: ['sagemaker.yaml'] }[
        platform
      ];
      expect(settings.slice(1)).toEqual(pattern === 'edge' ? [] : elsewhere);
    },
  );
});

test('the settings of an endpoint say at which traffic its policy was fitted, and leave open what only a person knows', () => {
  expect(filesOf(blueprint())['plimsoll.yaml']).toMatchInlineSnapshot(`
    "# Real-time endpoint "churn": settings of \`plimsoll serve\`, docs/plimsoll.schema.json has their grammar
    models:
      - churn=../churn.joblib
    # 2 of the 2 cores of a replica serve
    workers: 2
    endpoints:
      churn:
        # At 40 requests a second a healthy candidate is promoted after 25m, by evidence that fewer than 0.5 % more fail;
        # one that fails so much more is found after 17m29s. Times are medians.
        rollout:
          strategy: canary
          policy:
            stages:
              - shadow: 13
                bake: 10m
                minUnits: 780
              - weight: 5
                bake: 5m
                minUnits: 300
              - weight: 25
                bake: 5m
                minUnits: 1000
              - weight: 50
                bake: 5m
                minUnits: 1000
              - weight: 100
            certificate:
              margin: 0.005
            maxTime: 4h
    monitors:
      # Nobody is told of alerts until this is filled in, below this endpoint:
      #   receivers:
      #     ops: {kind: webhook, url: "env:OPS_HOOK"}   # slack, email, pagerduty, alertmanager: docs/alerts.md
      churn:
        falseAlarms: 1
        operations:
          latency:
            millis: 50
            share: 0.99
          silence: 15m
    "
  `);
});

test('a table that is looked up says how, in the database of the application', () => {
  const files = filesOf(blueprint({ pattern: 'precomputed-table', database: 'postgres', name: 'Churn.v2' }));
  expect(files['lookup.sql']).toContain('select * from "churn_v2_scores" where "id" = $1;');
  expect(parse(files['plimsoll.yaml']!).jobs['Churn.v2-scores'].output).toEqual({
    uri: `\${SCORES_DATABASE}?table=churn_v2_scores`,
    mode: 'upsert',
    stamps: ['predicted_at', 'model_version'],
  });
});

test('a job that one machine would be late with is there for Spark, too', () => {
  const { batch } = blueprint();
  const spark = (model: BlueprintModel) =>
    adviseFiles(blueprint({ pattern: 'scheduled-batch', batch: { ...batch, machines: 4 }, model }));
  const { groups, files } = spark(CHURN_FILE);
  expect(groups.map(({ title }) => title)).toEqual(['On this machine', 'On Spark']);
  expect(files.find(({ name }) => name === 'rows/example.csv')?.text).toBe('id\n1\n');
  const listed = spark({ ...CHURN_FILE, rows: [{ id: '1', x: [1, 2] }] });
  expect(listed.files.map(({ name }) => name)).not.toContain('rows/example.csv');
  expect(listed.groups[1]!.fill).toContain(
    'rows to try it with: rows/example.csv, or Parquet where a cell is a list',
  );
});

test('a version of a data folder is named with it, a file that needs Python with the words of trust', () => {
  const model = { name: 'churn', runtime: 'python', key: 'id', rows: null } as const;
  const version = adviseFiles(
    blueprint({ model: { ...model, kind: 'version', version: 3, data: '../.plimsoll' } }),
  );
  expect(parse(version.files[1]!.text)).toMatchObject({ data: '../.plimsoll' });
  const flags = ['--runtime', 'python', '--trust'];
  const file = adviseFiles(blueprint({ model: { ...model, kind: 'file', path: '../a b.pkl', flags } }));
  expect(file.groups[0]!.commands[1]!.run).toBe(
    "plimsoll serve 'churn=../a b.pkl' --runtime python --trust --config plimsoll.yaml",
  );
  expect(parse(file.files[1]!.text).models).toBeUndefined();
});
