/**
 * A process that takes a run to its end, or is killed on the way: `node write-run.ts URI RUN FENCE FOLDER CHUNKS`. It says
 * `ready` when it begins. The folder has the ledger: a line for each account that it heard of.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ChunkTotals } from '../../chunk.ts';
import { openSink, openSinkWriter } from '../open.ts';
import { accountOf, laneDatabase, runOf, selectOf } from './runs.ts';

const [uri = '', name = '', fence = '', folder = '', chunks = ''] = process.argv.slice(2);
const ledger = join(folder, 'ledger.jsonl');

/** The last line may be cut short. */
function heardOf(): ChunkTotals[] {
  if (!existsSync(ledger)) return [];
  const lines = readFileSync(ledger, 'utf8').split('\n').slice(0, -1);
  const accounts = new Map(
    lines.map((line) => JSON.parse(line) as ChunkTotals).map((account) => [account.chunk, account]),
  );
  return [...accounts.values()].sort((a, b) => a.chunk - b.chunk);
}

const db = await laneDatabase();
const run = runOf(uri, { run: name, fence: Number(fence), folder });
process.stdout.write('ready\n');
const sink = await openSink(run);
const writer = await openSinkWriter(run);
const there = new Map((await sink.prepare(heardOf())).map((account) => [account.chunk, account]));
for (let chunk = 0; chunk < Number(chunks); chunk += 1) {
  if (there.has(chunk)) continue;
  const account = await writer.write(db, selectOf(chunk), accountOf(chunk));
  there.set(chunk, account);
  appendFileSync(ledger, `${JSON.stringify(account)}\n`);
}
await sink.publish(
  [...there.values()].sort((a, b) => a.chunk - b.chunk),
  { run: name },
);
appendFileSync(join(folder, 'done'), '');
await sink.discard();
await writer.close();
await sink.close();
