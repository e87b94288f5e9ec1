/** SageMaker's batch transform jobs: their names are kept for ever, as those of the service are. */
import type * as api from '@aws-sdk/client-sagemaker';
import { AwsError, validation } from './aws-error.ts';
import { pageOf } from './page.ts';
import type { Job, World } from './world.ts';

export function createJob(world: World, input: api.CreateTransformJobRequest): object {
  const name = input.TransformJobName!;
  const arn = world.arn('transform-job', name);
  if (world.jobs.has(name))
    throw new AwsError(
      'ResourceInUse',
      `Job name must be unique within an AWS account and region, and a transform job with this name already exists (${arn})`,
    );
  if (!world.models.has(input.ModelName!))
    throw validation(`Could not find model "${world.arn('model', input.ModelName!)}".`);
  if ((input.MaxConcurrentTransforms ?? 1) * (input.MaxPayloadInMB ?? 6) > 100)
    throw validation('MaxConcurrentTransforms * MaxPayloadInMB must not exceed 100 MB.');
  const { Tags, ...rest } = input;
  const job: Job = { arn, created: new Date(), input: rest, status: 'InProgress' };
  world.jobs.set(name, job);
  world.tag(
    arn,
    (Tags ?? []).map(({ Key, Value }) => [Key!, Value!] as const),
  );
  world.later(() => {
    if (job.status === 'InProgress') job.status = 'Completed';
  });
  return { TransformJobArn: arn };
}

function jobOf(world: World, name: string): Job {
  const job = world.jobs.get(name);
  if (!job) throw new AwsError('ResourceNotFound', `Could not find requested job with name: ${name}`);
  return job;
}

export function describeJob(world: World, { TransformJobName }: api.DescribeTransformJobRequest): object {
  const { input, arn, created, status } = jobOf(world, TransformJobName!);
  return { ...input, TransformJobArn: arn, TransformJobStatus: status, CreationTime: created };
}

export function stopJob(world: World, { TransformJobName }: api.StopTransformJobRequest): object {
  const job = jobOf(world, TransformJobName!);
  if (job.status !== 'InProgress')
    throw validation(`The request was rejected because the transform job is in status ${job.status}.`);
  job.status = 'Stopping';
  world.later(() => {
    job.status = 'Stopped';
  });
  return {};
}

export function listJobs(world: World, input: api.ListTransformJobsRequest): object {
  const all = [...world.jobs].filter(
    ([, { status }]) => !input.StatusEquals || status === input.StatusEquals,
  );
  const { page, ...rest } = pageOf(all, ([name]) => name, input);
  const TransformJobSummaries = page.map(([TransformJobName, { arn, created, status }]) => ({
    ...{ TransformJobName, TransformJobArn: arn, CreationTime: created, TransformJobStatus: status },
  }));
  return { TransformJobSummaries, ...rest };
}
