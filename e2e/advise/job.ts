/** The job of an advised folder: had to run, waited for, its rows beside those of `predict`. */
import { readdirSync, renameSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Advised } from './advised.ts';

/** Runs work below everything else: on a busy machine they take a while. */
const PATIENCE = { timeout: 200_000, interval: 1000 };

type Row = Readonly<Record<string, unknown>>;
const linesOf = (text: string): readonly Row[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

/** What `predict` says of the rows that the folder comes with, by key. */
export async function predicted(advised: Advised, file: string): Promise<ReadonlyMap<unknown, unknown>> {
  const rows = linesOf(advised.read('rows/example.jsonl'));
  const records = rows.map(({ id: _, ...row }) => row);
  advised.write('records.json', JSON.stringify({ dataframe_records: records }));
  const said = await advised.done(`plimsoll predict '${file}' --input records.json --json`);
  const { predict } = JSON.parse(said).outputs;
  return new Map(rows.map(({ id }, i) => [id, predict[i]]));
}

/** Rows of all runs that are done, by key. */
export function scored(advised: Advised): ReadonlyMap<unknown, unknown> {
  const rows = readdirSync(advised.folder)
    .filter((name) => /^scores-.*\.jsonl$/.test(name))
    .flatMap((name) => linesOf(advised.read(name)));
  return new Map(rows.map(({ id, predict }) => [id, predict]));
}

/** Has the job run by the command of the page, and waits until that many runs are done. */
export async function submitted(advised: Advised, times = 1): Promise<void> {
  await advised.done(advised.command('batch submit'));
  const status = `${advised.command('batch status')} --json`;
  const states = async () => JSON.parse(await advised.done(status)).map(({ state }: Row) => state);
  await expect.poll(states, PATIENCE).toEqual(Array(times).fill('done'));
}

/**
 * Puts files with further rows where the job looks, each whole, until it has scored one; what it scores is those alone, with the
 * answers of `wanted`. What is there at the first look is taken for done, and a busy machine takes its time to look.
 */
export async function arrived(advised: Advised, wanted: ReadonlyMap<unknown, unknown>): Promise<void> {
  for (let i = 0; i < 20 && scored(advised).size === 0; i++) {
    const later = advised.read('rows/example.jsonl').replaceAll(/"id":"/g, `"id":"later-${i}-`);
    advised.write('coming', later);
    renameSync(advised.path('coming'), advised.path(`rows/later-${i}.jsonl`));
    await sleep(5000);
  }
  const rows = [...scored(advised)].map(([key, answer]) => [String(key).split('-'), answer] as const);
  expect(rows.length).toBeGreaterThanOrEqual(wanted.size);
  for (const [[word, , key], answer] of rows) expect([word, answer]).toEqual(['later', wanted.get(key)]);
}
