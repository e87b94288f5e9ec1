/** Works on one run that a server has started, and ends. What came of it is in the ledger and in the run's own log. */

import { once } from 'node:events';
import { setPriority } from 'node:os';
import { RemoteControl } from '../../control/remote/remote.ts';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import { referencesIn } from '../../core/references.ts';
import { claimRun } from '../../jobs/run/begin.ts';
import { coordinateRun } from '../../jobs/run/coordinator.ts';
import type { AskControl } from '../../jobs/run/model.ts';
import type { Secrets } from '../../jobs/spec/redaction.ts';
import { secretsOf } from '../../jobs/spec/secrets.ts';
import { runSpecOf } from '../../jobs/spec/stored-spec.ts';
import type { Ledger, RunRow } from '../../store/ledger/ledger.ts';
import { openLedger } from '../../store/ledger/open.ts';
import { SYSTEM_CLOCK } from '../clock.ts';
import { liveServer } from '../lock.ts';
import { PLACE, type RunRequest } from './execute.ts';

/** Below what answers requests on the same machine: a run takes what they leave. Workers inherit it. */
const NICENESS = 10;

const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
// Whoever started it is gone; somebody else will go on with the run.
process.once('disconnect', () => stop.abort());
process.once('message', async (request: RunRequest) => {
  setPriority(NICENESS);
  process.exitCode = (await work(request)) ? 0 : 1;
  if (process.connected) process.disconnect();
});

async function work({ run: id, dataDir, ledger: url }: RunRequest): Promise<boolean> {
  const ledger = await openLedger(url);
  try {
    const row = await ledger.run(id);
    if (row === null) return false;
    const claimed = await claimRun({ ledger, now: () => Date.now(), newId: () => id, by: 'server' }, row);
    const secrets = await secretsFor(ledger, claimed, dataDir);
    const ask = askServer(dataDir);
    const rest = { clock: SYSTEM_CLOCK, stop: stop.signal, onStep: () => undefined, place };
    await coordinateRun({ ledger, row: claimed, dataDir, secrets, ask, ...rest });
    return true;
  } catch (error) {
    // The ledger has it; what is no coded error is a defect, and belongs into the log of the server.
    if (!isPlimsollError(error)) console.error(error);
    return false;
  } finally {
    await ledger.close();
  }
}

/** What is missing is told by the run: nobody reads the log of a process that has ended. */
async function secretsFor(ledger: Ledger, row: RunRow, dataDir: string): Promise<Secrets> {
  try {
    return secretsOf(runSpecOf(row), dataDir, process.env, referencesIn(process.env));
  } catch (error) {
    if (isPlimsollError(error)) await ledger.release(row.id, row.fence, { error });
    throw error;
  }
}

/** Waits for the server to give this run a place, or to have it end. */
async function place(): Promise<void> {
  const granted = once(process, 'message', { signal: stop.signal });
  process.send?.(PLACE);
  await granted;
}

const askServer =
  (dataDir: string): AskControl =>
  async (ask) => {
    const live = await liveServer(dataDir);
    if (live !== null) return ask(new RemoteControl({ socket: live.socket }));
    const reason = 'the server that started this run is gone';
    throw new PlimsollError('CONTROL_UNREACHABLE', { address: dataDir, reason });
  };
