/** What commonly goes wrong, found in a data folder that no server owns. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { PitfallReport } from '../../advise/pitfalls/pitfall.ts';
import { isPlimsollError } from '../../core/errors.ts';
import { referencesIn } from '../../core/references.ts';
import { ledgerPath, ledgerUrl } from '../../jobs/ledger-url.ts';
import { LocalJobs } from '../../jobs/local.ts';
import type { JobsPort } from '../../jobs/port.ts';
import { surroundingsHere } from '../../jobs/spec/surroundings.ts';
import { holderOf } from '../../store/ledger/holder.ts';
import { openLedger } from '../../store/ledger/open.ts';
import { monitoringUrl } from '../../store/monitoring/url.ts';
import { SYSTEM_CLOCK } from '../clock.ts';
import { openMonitoringRuntime } from '../monitor/runtime.ts';
import { STORE_FILE } from '../nothing-to-serve.ts';
import { openControl } from '../offline.ts';
import { openReadOnly } from '../read-only.ts';
import { type PitfallParts, pitfallsIn } from './served-pitfalls.ts';

/** Whether anything was ever registered there. */
export const hasRecords = (dataDir: string, storeUrl: string | null): boolean =>
  storeUrl !== null || existsSync(join(dataDir, STORE_FILE));

/** Owns the data folder meanwhile, unless it may only be read. Throws DATA_LOCKED and what the databases throw. */
export async function pitfallsHere(dataDir: string, storeUrl: string | null): Promise<PitfallReport> {
  const closing: (() => Promise<void>)[] = [];
  try {
    return await pitfallsIn(await openParts(resolve(dataDir), storeUrl, closing));
  } finally {
    for (const close of closing.toReversed()) await close();
  }
}

type Closing = (() => Promise<void>)[];

async function openParts(dataDir: string, storeUrl: string | null, closing: Closing): Promise<PitfallParts> {
  const jobs = await knownJobs(dataDir, storeUrl, closing);
  const rest = { jobs, clock: SYSTEM_CLOCK, dataDir };
  try {
    const { control, store, close } = await openControl(dataDir, storeUrl);
    closing.push(close);
    const { monitoring, close: closeMonitoring } = await openMonitoringRuntime({
      ...{ dataDir, url: monitoringUrl(dataDir, storeUrl), replica: dataDir, control, store },
      ...{ clock: SYSTEM_CLOCK, answers: false },
    });
    closing.push(closeMonitoring);
    return { control, store, monitoring, ...rest };
  } catch (error) {
    if (!isPlimsollError(error) || !UNWRITABLE.has(error.code)) throw error;
    const opened = await openReadOnly(dataDir, storeUrl);
    if (opened === null) throw error;
    closing.push(opened.close);
    return { control: opened.control, store: opened.store, monitoring: null, ...rest };
  }
}

const UNWRITABLE: ReadonlySet<string> = new Set(['DATA_UNWRITABLE', 'STORE_UNWRITABLE']);

/** Jobs of the ledger, where there is one. */
async function knownJobs(
  dataDir: string,
  storeUrl: string | null,
  closing: Closing,
): Promise<JobsPort | null> {
  if (storeUrl === null && !existsSync(ledgerPath(dataDir))) return null;
  const ledger = await openLedger(ledgerUrl(dataDir, storeUrl));
  closing.push(() => ledger.close());
  const surroundings = surroundingsHere();
  const references = referencesIn(process.env);
  return new LocalJobs({
    ledger,
    clock: SYSTEM_CLOCK,
    holder: holderOf(),
    dataDir,
    surroundings,
    references,
  });
}
