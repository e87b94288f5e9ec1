import { setTimeout as sleep } from 'node:timers/promises';
import type { Json } from './json.ts';
import { page } from './listing.ts';
import { bare } from './models.ts';
import { Refusal } from './refusal.ts';
import { notFound, parentOf, typeUrl, type World } from './world.ts';

type Handler = (world: World, request: Json) => Promise<Json> | Json;
const FINISHED = ['JOB_STATE_SUCCEEDED', 'JOB_STATE_FAILED', 'JOB_STATE_CANCELLED'];

/** A job goes through its states in its time; what it would read and write is not played. */
const create: Handler = (world, request) => {
  const given = request['batchPredictionJob'] as Json;
  if (!world.models.has(bare(given['model']))) throw notFound('model', given['model']);
  if (given['dedicatedResources'] === undefined)
    throw new Refusal(
      'INVALID_ARGUMENT',
      'dedicated_resources is required for a model with a container of its own.',
    );
  const name = `${parentOf(request['parent'])}/batchPredictionJobs/${world.next()}`;
  const at = new Date().toISOString();
  const job = { ...given, name, state: 'JOB_STATE_PENDING', createTime: at };
  world.jobs.set(name, job);
  void advance(world, name);
  return job;
};

async function advance(world: World, name: string): Promise<void> {
  for (const state of ['JOB_STATE_RUNNING', 'JOB_STATE_SUCCEEDED']) {
    await sleep(world.delays.job / 2);
    const job = world.jobs.get(name);
    if (job === undefined || FINISHED.includes(String(job['state']))) return;
    if (job['state'] === 'JOB_STATE_CANCELLING') {
      job['state'] = 'JOB_STATE_CANCELLED';
      return;
    }
    job['state'] = state;
  }
}

function jobAt(world: World, name: unknown): Record<string, unknown> {
  const job = world.jobs.get(String(name));
  if (job === undefined) throw notFound('batch prediction job', name);
  return job;
}

/** job_service.proto, DeleteBatchPredictionJob: "can only be called on jobs that already finished". */
const remove: Handler = (world, { name }) => {
  if (!FINISHED.includes(String(jobAt(world, name)['state'])))
    throw new Refusal('FAILED_PRECONDITION', `The job "${String(name)}" has not finished.`);
  return world.begin(String(name), 'DeleteOperationMetadata', world.delays.remove, async () => {
    world.jobs.delete(String(name));
    return { '@type': typeUrl('google.protobuf.Empty') };
  });
};

const cancel: Handler = (world, { name }) => {
  const job = jobAt(world, name);
  if (!FINISHED.includes(String(job['state']))) job['state'] = 'JOB_STATE_CANCELLING';
  return {};
};

const list: Handler = (world, request) => {
  const { items, ...rest } = page(
    parentOf(request['parent']),
    'batchPredictionJobs',
    world.jobs.values(),
    request,
  );
  return { batchPredictionJobs: items, ...rest };
};

export const JOBS: Readonly<Record<string, Handler>> = {
  CreateBatchPredictionJob: create,
  GetBatchPredictionJob: (world, { name }) => jobAt(world, name),
  ListBatchPredictionJobs: list,
  DeleteBatchPredictionJob: remove,
  CancelBatchPredictionJob: cancel,
};
