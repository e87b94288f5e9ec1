import type { ObservedResource } from '../plan/port.ts';
import { messageIn, type VertexMessage } from './client.ts';
import { CODE, isTransient } from './failure.ts';
import { filterOf, marked, resourceKeyOf, type VertexKind, type VertexSite } from './kind.ts';
import { cancelJob, createJob, removing } from './messages.ts';
import { finished } from './operations.ts';

/** Its id is the server's: a job is found by its display name among those that carry our mark. */
async function found(site: VertexSite, name: string): Promise<VertexMessage | null> {
  return (await jobs(site)).find((job) => job['displayName'] === name) ?? null;
}

const jobs = (site: VertexSite): Promise<readonly VertexMessage[]> =>
  site.client.list(site.parent, 'batchPredictionJobs', filterOf(site));

const STATES: Readonly<Record<string, ObservedResource['state']>> = {
  JOB_STATE_FAILED: 'failed',
  JOB_STATE_EXPIRED: 'failed',
  JOB_STATE_CANCELLED: 'failed',
  JOB_STATE_CANCELLING: 'deleting',
};

/** A batch prediction. Once it has begun, it is as it should be: `status` says how far it is. */
export const BATCH_PREDICTION_JOB: VertexKind = {
  async observe(site, name) {
    const job = await found(site, name);
    if (job === null) return null;
    // Its operations have no list of their own: that it is being deleted is seen once it is gone.
    const state = STATES[String(job['state'])] ?? 'ready';
    const error = messageIn(job, 'error')['message'];
    return { state, reason: error === undefined ? String(job['state']) : String(error), ...marked(job) };
  },

  owned: async (site) => (await jobs(site)).map((job) => String(job['displayName'])),

  async create(site, resource, marks) {
    try {
      await site.client.change(createJob(site.parent, resource, marks));
    } catch (error) {
      // The answer may have been lost, not the request: it must not be made twice.
      if (
        !(error instanceof Error && isTransient(error.cause)) ||
        (await found(site, resource.name)) === null
      )
        throw error;
    }
  },

  async update() {
    throw new TypeError('a batch prediction is never changed: another one has another name');
  },

  /** Only what has finished can be deleted (job_service.proto): it is cancelled first. */
  async remove(site, name) {
    const job = await found(site, name);
    if (job === null) return;
    const resource = String(job['name']);
    await site.client.change(cancelJob(resource), [CODE.notFound, CODE.failedPrecondition]);
    await stopped(site, resource);
    const begun = await site.client.change(removing('batch prediction job', resource), [CODE.notFound]);
    const key = resourceKeyOf('BatchPredictionJob', name);
    if (begun !== null) await finished(site.client, begun, key, site.patience, CODE.notFound);
  },
};

const FINISHED = /^JOB_STATE_(SUCCEEDED|FAILED|CANCELLED|EXPIRED|PARTIALLY_SUCCEEDED)$/;

async function stopped({ client, patience }: VertexSite, name: string): Promise<void> {
  const until = patience.monotonic() + patience.waitMillis;
  while (patience.monotonic() < until) {
    const job = await client.get(name);
    if (job === null || FINISHED.test(String(job['state']))) return;
    await patience.sleep(patience.firstPauseMillis * 4);
  }
}
