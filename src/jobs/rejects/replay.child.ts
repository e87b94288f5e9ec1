/** Puts the input of a replay together, away from whoever answers requests: rows without an answer may be many. */
import { PlimsollError } from '../../core/errors.ts';
import { answerChildJob } from '../../process/child-job.ts';
import type { RunRow } from '../../store/ledger/ledger.ts';
import { replayOf } from '../run/replay.ts';

/** Plain data. */
export interface ReplayInputRequest {
  readonly base: RunRow;
  readonly dataDir: string;
  readonly rows: readonly unknown[] | null;
  readonly model: string | null;
}

answerChildJob<ReplayInputRequest, never>('the input of a replay', async ({ base, dataDir, rows, model }) => {
  const mended = rows && { rows, refuse };
  return replayOf({ base, dataDir, mended, model });
});

function refuse(index: number, found: string): PlimsollError {
  const problems = `rows[${index}] ${found}`;
  return new PlimsollError('REQUEST_INVALID', { problems, list: [problems] });
}
