/**
 * A process that works on run `r1`: `node run-writer.ts URL work|share`. `work` takes it and finishes one chunk after the
 * other until it is killed; `share` takes it, finishes one chunk and lets go, over and over until that was done 15 times.
 * It says what it has committed.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { holderOf, isGone } from '../holder.ts';
import type { RunRow } from '../ledger.ts';
import { openLedger } from '../open.ts';

const MINUTE = 60_000;
const [url, mode] = process.argv.slice(2);
const ledger = await openLedger(url!);
const say = (text: string | number): boolean => process.stdout.write(`${text}\n`);

async function taken(): Promise<RunRow | null> {
  const holder = (await ledger.run('r1'))?.holder;
  const gone = typeof holder === 'string' && isGone(holder) ? holder : undefined;
  return ledger.claim('r1', holderOf(), Date.now(), MINUTE, gone);
}

async function work(): Promise<void> {
  const run = await taken();
  if (run === null) return void say('refused');
  for (let chunk = (await ledger.chunks('r1')).length; ; chunk += 1) {
    if (!(await ledger.finishChunk('r1', run.fence, chunk, { chunk }, { chunks: chunk + 1 }))) return;
    say(chunk + 1);
  }
}

async function share(): Promise<void> {
  for (let done = 0; done < 15; ) {
    const run = await taken();
    if (run === null) await sleep(Math.random() * 5);
    else {
      done += 1;
      await ledger.finishChunk('r1', run.fence, run.fence, { by: process.pid }, null);
      await ledger.release('r1', run.fence, {});
      say(run.fence);
    }
  }
}

await (mode === 'work' ? work() : share());
await ledger.close();
