import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Desk } from '../batch/desk.ts';
import { BIN, type Finished, plimsoll, runWith } from '../cli.ts';
import { EXPLODING_ROW, endlessFile, explodingFile, TAME_ANSWER, TAME_ROW } from './hostile-graphs.ts';

/** What a command makes of a row that breaks its graph: a code, and nothing worse. */

const LIMIT = 120_000;
let desk: Desk;
beforeEach(() => {
  desk = new Desk(explodingFile());
});
afterEach(() => desk.close());

const failure = ({ status, stdout, stderr }: Finished) => {
  expect(stdout, stderr).not.toBe('');
  return { status, ...JSON.parse(stdout).error };
};
const rows = (...all: readonly (readonly number[])[]): string => desk.write('rows.json', JSON.stringify(all));
/** Three rows under keys, of which the second breaks the graph. */
const keyed = (): string => {
  const lines = [TAME_ROW, EXPLODING_ROW, TAME_ROW].map((row, index) => [index + 1, ...row].join(','));
  return desk.write('in.csv', ['id,a,b,c,d', ...lines, ''].join('\n'));
};

test('predict says that the rows take too much memory, and of which file', { timeout: LIMIT }, () => {
  const answered = plimsoll('predict', desk.model, '--input', rows(TAME_ROW, EXPLODING_ROW), '--json');
  expect(failure(answered)).toMatchObject({
    status: 1,
    code: 'GRAPH_MEMORY',
    message: expect.stringContaining('the graph of this file takes more memory than its limit of'),
  });
});

test('verify says so of a golden row', { timeout: LIMIT }, () => {
  const golden = (input: readonly number[]): string =>
    desk.write('golden.json', JSON.stringify({ input: [input], expected: { y: [TAME_ANSWER] } }));
  const verify = (input: readonly number[]): Finished =>
    plimsoll('verify', desk.model, '--golden', golden(input), '--json');
  expect(failure(verify(EXPLODING_ROW))).toMatchObject({ status: 1, code: 'GRAPH_MEMORY' });
  expect(verify(TAME_ROW).status).toBe(0);
});

test('a run that never ends is ended after PLIMSOLL_GRAPH_TIMEOUT', { timeout: LIMIT }, () => {
  const words = [BIN, 'predict', endlessFile(), '--input', rows(EXPLODING_ROW), '--json'];
  const env = { ...process.env, PLIMSOLL_GRAPH_TIMEOUT: '1' };
  expect(failure(runWith(process.execPath, words, env))).toMatchObject({ status: 1, code: 'ENGINE_TIMEOUT' });
});

test('a batch reports the row that takes too much memory, and answers all others', { timeout: LIMIT }, () => {
  keyed();
  const { status, said } = desk.run('exploding', 'in.csv', 'out.csv');
  expect([status, said.rows]).toMatchObject([0, { read: 3, ok: 2, failed: 1 }]);
  expect(readFileSync(desk.path('out.csv'), 'utf8')).toBe(`id,y\n1,${TAME_ANSWER}.0\n3,${TAME_ANSWER}.0\n`);
  expect(readFileSync(said.rejects.where, 'utf8')).toMatch(/GRAPH_MEMORY/);
});

test('a batch loses a process to a row that never ends, and answers all others by the next one', {
  timeout: LIMIT,
}, () => {
  const words = ['batch', 'run', '--model', endlessFile(), '--job', 'endless', '--key', 'id', '--json'];
  const files = ['--input', keyed(), '--output', desk.path('out.csv'), '--data', desk.path('data')];
  const env = { ...process.env, PLIMSOLL_GRAPH_TIMEOUT: '1' };
  const { status, stdout } = runWith(process.execPath, [BIN, ...words, ...files], env);
  const said = JSON.parse(stdout);
  expect([status, said.rows]).toMatchObject([0, { read: 3, ok: 2, failed: 1 }]);
  expect(readFileSync(said.rejects.where, 'utf8')).toMatch(/ENGINE_TIMEOUT/);
});
