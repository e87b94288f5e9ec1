/** Clears away what a run needs only until the ledger says that it is done, also where it was killed right then. */

import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunRow } from '../../store/ledger/ledger.ts';
import { openSink } from '../sinks/open.ts';
import type { JobSink } from '../sinks/sink.ts';
import { discardStaging } from '../spark/staging.ts';
import { secretsOf } from '../spec/secrets.ts';
import { runSpecOf } from '../spec/stored-spec.ts';
import { runPlanOf } from './stored-run.ts';

/** Is there from before the ledger is told until all is cleared. */
const markPath = (folder: string): string => join(folder, 'untidy');

/** Says that there will be something to clear once the run is done. */
export const markUntidy = (folder: string): void => writeFileSync(markPath(folder), '');

/** Clears what the sink and the workers of a run that is done have left. Throws what the sink throws. */
export async function cleanUpRun(folder: string, sink: JobSink): Promise<void> {
  await sink.discard();
  await discardStaging(folder);
  for (const name of ['rejects', 'keys']) rmSync(join(folder, name), { recursive: true, force: true });
  rmSync(markPath(folder), { force: true });
}

/** Removes folders of workers, which those that were killed could not clear. */
export function clearScratch(folder: string): void {
  for (const name of readdirSync(folder).filter((each) => each.startsWith('lane-')))
    rmSync(join(folder, name), { recursive: true, force: true });
}

/** Does it for a run that was killed before it could. */
export async function cleanUpDone(row: RunRow, dataDir: string, env: NodeJS.ProcessEnv): Promise<void> {
  const folder = join(dataDir, 'jobs', row.id);
  if (!existsSync(markPath(folder))) return;
  const spec = runSpecOf(row);
  const columns = runPlanOf(row)?.columns ?? [];
  const { id: run, fence } = row;
  const sink = await openSink({ spec, run, fence, columns, folder, secrets: secretsOf(spec, dataDir, env) });
  try {
    await cleanUpRun(folder, sink);
  } finally {
    await sink.close();
  }
}
