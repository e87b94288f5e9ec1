import type { Json } from './json.ts';
import { page } from './listing.ts';
import { bare } from './models.ts';
import { Refusal } from './refusal.ts';
import { type Job, notFound, parentOf, typeUrl, type World } from './world.ts';

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
  const message = { ...given, name, createTime: at };
  world.jobs.set(name, { message, begun: world.clock.now(), cancelled: null });
  return get(world, { name });
};

function stateOf(world: World, { begun, cancelled }: Job): string {
  const steps = (until: number): number => Math.floor((2 * (until - begun)) / world.delays.job);
  const now = world.clock.now();
  // It stops where its next step would have begun.
  if (cancelled !== null)
    return steps(now) > steps(cancelled) ? 'JOB_STATE_CANCELLED' : 'JOB_STATE_CANCELLING';
  return ['JOB_STATE_PENDING', 'JOB_STATE_RUNNING'][steps(now)] ?? 'JOB_STATE_SUCCEEDED';
}

function jobAt(world: World, name: unknown): Job {
  const job = world.jobs.get(String(name));
  if (job === undefined) throw notFound('batch prediction job', name);
  return job;
}

const shown = (world: World, job: Job): Json => ({ ...job.message, state: stateOf(world, job) });

const get: Handler = (world, { name }) => shown(world, jobAt(world, name));

/** job_service.proto, DeleteBatchPredictionJob: "can only be called on jobs that already finished". */
const remove: Handler = (world, { name }) => {
  if (!FINISHED.includes(stateOf(world, jobAt(world, name))))
    throw new Refusal('FAILED_PRECONDITION', `The job "${String(name)}" has not finished.`);
  return world.begin(String(name), 'DeleteOperationMetadata', world.delays.remove, async () => {
    if (!world.jobs.delete(String(name))) throw notFound('batch prediction job', name);
    return { '@type': typeUrl('google.protobuf.Empty') };
  });
};

const cancel: Handler = (world, { name }) => {
  const job = jobAt(world, name);
  if (!FINISHED.includes(stateOf(world, job))) job.cancelled ??= world.clock.now();
  return {};
};

const list: Handler = (world, request) => {
  const { items, ...rest } = page(
    parentOf(request['parent']),
    'batchPredictionJobs',
    [...world.jobs.values()].map((job) => shown(world, job)),
    request,
  );
  return { batchPredictionJobs: items, ...rest };
};

export const JOBS: Readonly<Record<string, Handler>> = {
  CreateBatchPredictionJob: create,
  GetBatchPredictionJob: get,
  ListBatchPredictionJobs: list,
  DeleteBatchPredictionJob: remove,
  CancelBatchPredictionJob: cancel,
};
