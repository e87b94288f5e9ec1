import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { example, type Finished, folder, plimsoll } from '../cli.ts';
import { runToEnd, unpack } from './container.ts';
import { type Packaged, packaged } from './package.ts';

/** Tables scored by the image of a version, on a root that nobody can write to, by a user without a name. */

const HOUSES = example('house-prices.joblib');
const ROWS = 5000;
const home = folder();
const bundle = join(home, 'bundle');
const data = join(home, 'data');
const tmp = join(home, 'tmp');

let image: Packaged;
beforeAll(() => {
  image = packaged([HOUSES, '--with', 'batch', '--output', join(home, 'image')]);
  unpack(image.output, '1', bundle);
  for (const place of [data, tmp]) {
    mkdirSync(place);
    chmodSync(place, 0o777);
  }
  writeFileSync(join(data, 'rows.csv'), rows());
}, 600_000);
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Numbers without order, some of them missing, the last row of it no number. */
function rows(): string {
  const cell = (row: number, column: number): string =>
    (row * 7 + column) % 41 === 0 ? '' : String(((row * 7919 + column * 104_729) % 100_003) / 37);
  const lines = Array.from({ length: ROWS }, (_, row) =>
    [row, ...[0, 1, 2, 3, 4].map((column) => cell(row, column)), `r${row % 3}`].join(','),
  );
  return `id,area,rooms,year,distance,garden,region\n${lines.join('\n')}\n${ROWS},many,1,1,1,1,r0\n`;
}

const inContainer = (...args: string[]): Finished =>
  runToEnd(bundle, ['batch', ...args], { '/data': data, '/tmp': tmp });

/** Flags of a run over the rows in a folder; a name that both places give it makes the same chunks. */
const runOver = (place: string): string[] => [
  ...['run', '--job', 'houses', '--input', `${place}/rows.csv`, '--output', `${place}/scored.csv`],
  ...['--key', 'id', '--columns', 'region', '--stamps', 'model_version', '--chunk-rows', '1000'],
  ...['--max-bad', '1', '--lanes', '2', '--json'],
];

const receiptOf = ({ status, stdout, stderr }: Finished): Record<string, unknown> => {
  expect({ status, said: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, said: '' });
  return JSON.parse(stdout);
};

test('a table is scored in the image as it is here, byte for byte', { timeout: 120_000 }, () => {
  const receipt = receiptOf(inContainer(...runOver('/data')));
  const here = join(home, 'here');
  mkdirSync(here);
  cpSync(join(data, 'rows.csv'), join(here, 'rows.csv'));
  // The version as it was packaged: a file of no registry is called by its name alone.
  const version = join(bundle, 'rootfs/opt/plimsoll/models/house-prices/1');
  const ours = plimsoll('batch', ...runOver(here), '--model', version, '--data', join(home, 'plimsoll'));
  const own = receiptOf(ours);
  const scored = readFileSync(join(data, 'scored.csv'), 'utf8');
  expect(scored).toBe(readFileSync(join(here, 'scored.csv'), 'utf8'));
  expect(scored.trim().split('\n')).toHaveLength(ROWS + 1);
  expect(scored).toContain('house-prices@1');
  expect(receipt['model']).toEqual(own['model']);
  expect(receipt['rows']).toEqual(own['rows']);
});

test('the same file, proved here, gives the same predictions', { timeout: 120_000 }, () => {
  const flags = runOver(data).filter((flag) => flag !== '--stamps' && flag !== 'model_version');
  const there = flags.map((flag) => flag.replace(data, '/data').replace('scored', 'bare'));
  receiptOf(inContainer(...there.map((flag) => (flag === 'houses' ? 'bare' : flag))));
  const here = flags.map((flag) => flag.replace('scored', 'file'));
  receiptOf(plimsoll('batch', ...here, '--model', HOUSES, '--data', join(home, 'plimsoll-file')));
  expect(readFileSync(join(data, 'bare.csv'), 'utf8')).toBe(readFileSync(join(data, 'file.csv'), 'utf8'));
});

test('what is remembered in /tmp answers for a run, and nothing was proved anew', { timeout: 60_000 }, () => {
  expect(receiptOf(inContainer('receipt', 'houses', '--json'))['model']).toMatchObject({
    name: 'house-prices',
    version: 1,
  });
  expect(receiptOf(inContainer('resume', 'houses', '--json'))['rows']).toBeTruthy();
  expect(inContainer('status').stdout).toContain('houses');
  expect(readdirSync(join(tmp, 'plimsoll'))).not.toContain('bundles');
});

test('a version that was altered in its image scores nothing', { timeout: 60_000 }, () => {
  const path = join(bundle, 'rootfs/opt/plimsoll/models/house-prices/1/original/house-prices.joblib');
  const whole = readFileSync(path);
  try {
    writeFileSync(path, Buffer.concat([whole, Buffer.from('x')]));
    const { status, stdout } = inContainer(...runOver('/data'), '--again');
    expect([status, JSON.parse(stdout).error.code]).toEqual([3, 'BUNDLE_DAMAGED']);
  } finally {
    writeFileSync(path, whole);
  }
});

test('an image made without that part says so, and stays as small as it was', { timeout: 120_000 }, () => {
  const serving = packaged([HOUSES, '--output', join(home, 'serving')]);
  const size = (made: Packaged): number => made.layers.find(({ part }) => part === 'app')!.size;
  console.log(
    `the program: ${(size(serving) / 1e6).toFixed(2)} MB, with batch ${(size(image) / 1e6).toFixed(2)} MB`,
  );
  // Any model that is mounted is read there, so that no reader can be left out, nor the decoder of JPEG, nor what explains answers.
  expect(size(serving)).toBeLessThan(2.08e6);
  unpack(serving.output, '1', join(home, 'serving-bundle'));
  const { status, stderr } = runToEnd(join(home, 'serving-bundle'), ['batch', ...runOver('/data')]);
  expect(status).toBe(4);
  expect(JSON.parse(stderr).error.code).toBe('IMAGE_WITHOUT_BATCH');
  expect(stderr).toContain('made without --with batch');
});
