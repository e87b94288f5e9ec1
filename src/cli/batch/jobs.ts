import { resolve } from 'node:path';
import type { JobsPort } from '../../jobs/port.ts';
import { surroundingsHere } from '../../jobs/spec/surroundings.ts';
import { credentialOf } from '../connection/credential.ts';
import { type BatchOptions, withLedger } from './ledger.ts';

/** Options of commands about jobs that a server is to do. */
export interface JobServiceOptions extends BatchOptions {
  readonly url?: string;
}

/** Asks the server at `--url`, else the ledger, which any server on the same data sees at once. */
export async function withJobs<T>(
  options: JobServiceOptions,
  work: (jobs: JobsPort) => Promise<T>,
): Promise<T> {
  if (options.url !== undefined) {
    const { RemoteJobs } = await import('../../jobs/remote.ts');
    return work(new RemoteJobs({ url: options.url, token: credentialOf({}) }));
  }
  return withLedger(options, async (ledger) => {
    const { LocalJobs } = await import('../../jobs/local.ts');
    const { SYSTEM_CLOCK } = await import('../../server/clock.ts');
    const { holderOf } = await import('../../store/ledger/holder.ts');
    const dataDir = resolve(options.data);
    const rest = { clock: SYSTEM_CLOCK, holder: holderOf(), surroundings: surroundingsHere() };
    return work(new LocalJobs({ ledger, dataDir, ...rest }));
  });
}

/** A note where nobody is there to do it. */
export async function noServerNote({ data, url }: JobServiceOptions): Promise<string | null> {
  if (url !== undefined) return null;
  const { liveServer } = await import('../../server/lock.ts');
  if ((await liveServer(data)) !== null) return null;
  return `no server runs on ${data}: the run starts when one does (plimsoll serve --data ${data})`;
}
