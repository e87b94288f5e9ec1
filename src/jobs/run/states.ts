/** What can be done about a run that is not simply worked on. Pure. */
import { isErrorCode, PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import type { RunRow } from '../../store/ledger/ledger.ts';
import type { RunState } from '../../store/ledger/run-state.ts';

/** A run in one of these has something to drop; one that is being published may have been seen already. */
export const DROPPABLE: readonly RunState[] = ['queued', 'planning', 'running', 'held'];

/** Runs that a person works on by a command of their own are theirs to go on with, all others a server's. */
export const isServers = ({ due }: Pick<RunRow, 'due'>): boolean => !due.startsWith('manual/');

/** The error that a run ended its last attempt with, or null. */
export function errorOf({ error }: Pick<RunRow, 'error'>): PlimsollError | null {
  if (!isRecord(error) || typeof error['code'] !== 'string' || !isErrorCode(error['code'])) return null;
  const details = isRecord(error['details']) ? error['details'] : {};
  return PlimsollError.from({ code: error['code'], details });
}

/** That the output of a run is held back, for the reason it was. */
export const heldError = (row: Pick<RunRow, 'job' | 'id' | 'error'>): PlimsollError =>
  errorOf(row) ??
  new PlimsollError('JOB_HELD', { job: row.job, run: row.id, reason: 'a check did not pass' });

/** What is done to a run, and how it has to be for that. */
const WANTED = {
  resume: 'one that was interrupted',
  release: 'one that is held back',
  discard: 'one that was interrupted or is held back',
  'replay the rows of': 'one that is done',
  'show the receipt of': 'one that is done',
} as const;

/** That a run is not what an action takes. */
export function overError(
  action: keyof typeof WANTED,
  row: Pick<RunRow, 'job' | 'state' | 'error'>,
): PlimsollError {
  const { job, state } = row;
  const cause = errorOf(row);
  const isOver = state === 'failed' || state === 'cancelled';
  const found =
    state === 'failed' && cause !== null ? `has failed (${cause.code}: ${cause.message})` : `is ${state}`;
  const before = cause === null ? '' : `${cause.hint}. Then s`;
  const way = isOver
    ? `${before || 'S'}tart another run of it: \`plimsoll batch run --job ${job} …\``
    : `See how it stands: \`plimsoll batch status ${job}\``;
  return new PlimsollError('JOB_STATE', { action, job, found, wanted: WANTED[action], way });
}
