import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BIN, example, folder, plimsoll } from './cli.ts';

/** `plimsoll advise` as people and programs run it. */

const data = folder();
const churn = example('churn.joblib');
const PATIENCE = { timeout: 120_000 };

test('a file and a rate become an advice with costs of this very model', PATIENCE, () => {
  const args = ['--requests', '40/s', '--peak', '200/s', '--latency', '50ms', '--no-measure'];
  const { status, stdout } = plimsoll('advise', churn, ...args, '--data', data, '--json');
  expect(status).toBe(0);
  const advice = JSON.parse(stdout);
  expect(advice).toMatchObject({ advised: 'real-time', case: { rate: 40, peak: 200, latency: 50 } });
  expect(advice.model.name).toBe('churn');
  expect(advice.options).toHaveLength(7);
});

test('what nobody has said is told by the flag that says it, and nothing is asked without a terminal', () => {
  const { status, stdout } = plimsoll('advise', '--latency', '50', '--json');
  expect(status).toBe(2);
  const { error } = JSON.parse(stdout);
  expect(error.code).toBe('ADVICE_INVALID');
  expect(error.details.list).toEqual([
    expect.stringContaining('--requests, --rows or --population'),
    expect.stringContaining('MODEL'),
  ]);
});

test('a flag without its unit is told with the unit that was likely meant', () => {
  const { stdout } = plimsoll(
    'advise',
    churn,
    '--requests',
    '40/s',
    '--fresh',
    '24',
    '--json',
    '--data',
    data,
  );
  const [problem] = JSON.parse(stdout).error.details.list;
  expect(problem).toMatch(/^--fresh is "24", wanted .*did you mean "24h"\?$/);
});

test(
  'flags have the last word over the file, and a model that cannot run here is advised on by its description',
  PATIENCE,
  () => {
    const needs = join(folder(), 'needs.yaml');
    writeFileSync(needs, 'name: nightly\nrequests: 5/s\nmodel:\n  perRow: 2ms\n  runtime: python\n');
    const { status, stdout } = plimsoll('advise', '-f', needs, '--requests', '7/s', '--json');
    expect(status).toBe(0);
    const { name, case: told, model } = JSON.parse(stdout);
    expect([name, told.rate, model.source]).toEqual(['nightly', 7, 'described']);
    expect(model.note).toMatch(/did not run here/);
  },
);

test('prices of a file stand in place of those that are built in', PATIENCE, () => {
  const prices = join(folder(), 'prices.yaml');
  const table = readFileSync(join(import.meta.dirname, '../docs/prices.yaml'), 'utf8');
  writeFileSync(prices, table.replaceAll(/hour: 0\.\d+/g, 'hour: 10'));
  const asked = ['advise', churn, '--requests', '40/s', '--no-measure', '--data', data, '--json'];
  const monthOf = (more: readonly string[]): number => {
    const { options } = JSON.parse(plimsoll(...asked, ...more).stdout);
    return options.find(({ pattern }: { pattern: string }) => pattern === 'real-time').cost.compute;
  };
  expect(monthOf(['--prices', prices])).toBeGreaterThan(20 * monthOf([]));
});

test(
  '--output writes the files and says what starts them; a folder that holds something is left alone',
  PATIENCE,
  () => {
    const output = join(folder(), 'till');
    const asked = ['advise', churn, '--requests', '40/s', '--no-measure', '--data', data, '--output', output];
    const { status, stdout } = plimsoll(...asked);
    expect(status).toBe(0);
    expect(stdout).toMatch(/Wrote README\.md, plimsoll\.yaml to /);
    expect(stdout).toMatch(/^ {2}plimsoll serve .*--config plimsoll\.yaml$/m);
    expect(existsSync(join(output, 'plimsoll.yaml'))).toBe(true);
    const again = plimsoll(...asked, '--json');
    expect(JSON.parse(again.stdout).error.code).toBe('FOLDER_TAKEN');
    expect(plimsoll(...asked, '--force').status).toBe(0);
  },
);

test.skipIf(process.platform !== 'linux')(
  'on a terminal the questions are asked: ? explains one, a mistake is asked again, an empty answer takes what is offered',
  PATIENCE,
  () => {
    const command = [process.execPath, BIN, 'advise', '--data', data].join(' ');
    const answers = ['?', '30us', '', '40', '40/s', ...Array<string>(12).fill('')];
    const { stdout, status } = spawnSync('script', ['-qec', command, '/dev/null'], {
      encoding: 'utf8',
      input: answers.map((line) => `${line}\n`).join(''),
    });
    expect(status).toBe(0);
    expect(stdout).toContain('Which model: a file, a version, or the time that a row takes');
    expect(stdout).toContain('say what a row takes');
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(/requests is "40", wanted .*did you mean "40\/s"\?/);
    expect(stdout).toContain('[three times the average]: ');
    expect(stdout).toContain('Real-time endpoint: ');
    expect(stdout).toContain('peak 120/s: 3 times the average');
  },
);
