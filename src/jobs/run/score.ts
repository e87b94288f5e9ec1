import type { Chunk } from '../chunk.ts';
import type { ChunkWorkerSetup } from '../worker/protocol.ts';
import type { ChunkWorkerPool } from './chunk-worker-pool.ts';
import { refuseRepeats, repeatedRows } from './repeated-keys.ts';
import type { RunAccounting } from './run-accounting.ts';

export interface ScoreOptions {
  readonly setup: ChunkWorkerSetup;
  readonly workers: ChunkWorkerPool;
  readonly accounts: RunAccounting;
  /** Of the whole run, done or not. */
  readonly chunks: readonly Chunk[];
  readonly stop: AbortSignal;
}

/**
 * Has the workers do what is not done. Throws BUDGET_EXCEEDED, KEY_DUPLICATE, what a worker throws, and the reason of `stop` once
 * it is aborted and the workers have done what they were at.
 */
export async function scoreChunks({ setup, workers, accounts, chunks, stop }: ScoreOptions): Promise<void> {
  const { remaining } = accounts;
  const { duplicates } = setup.spec.options;
  const repeats = { workers, chunks, folder: setup.folder, stop };
  workers.open(setup, remaining.length);
  const skip = duplicates === 'skip' ? await repeatedRows(repeats) : null;
  await workers.run({
    chunks: remaining,
    skip: (chunk) => skip?.get(chunk) ?? [],
    stop,
    onAccount: (account) => accounts.add(account),
  });
  stop.throwIfAborted();
  accounts.requireBudget(accounts.counts.read);
  if (duplicates === 'fail') await refuseRepeats(setup.spec.sink.uri, repeats);
  workers.close();
}
