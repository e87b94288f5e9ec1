/** SageMaker's batch transform jobs: their names are kept for ever, as those of the service are. */
import type * as api from '@aws-sdk/client-sagemaker';
import { AwsError, validation } from './aws-error.ts';
import { specOf } from './endpoints.ts';
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
  const job: Job = { arn, created: new Date(), input: rest, status: 'InProgress', reason: null };
  world.jobs.set(name, job);
  world.tag(
    arn,
    (Tags ?? []).map(({ Key, Value }) => [Key!, Value!] as const),
  );
  world.later(() => run(world, name));
  return { TransformJobArn: arn };
}

/** Each object below the prefix, line by line or as many lines as fit, to a container; answers in `OBJECT.out`. */
async function run(world: World, name: string): Promise<void> {
  const job = world.jobs.get(name);
  if (job === undefined) return;
  const { ModelName, TransformInput, TransformOutput, BatchStrategy, MaxPayloadInMB = 6 } = job.input;
  try {
    const { containers } = world.options;
    const model = world.models.get(ModelName!);
    if (!model) throw new Error(`The model "${ModelName}" is gone.`);
    if (containers !== null) {
      const container = await containers.start(specOf(world, model.input));
      try {
        const input = placeOf(TransformInput?.DataSource?.S3DataSource?.S3Uri);
        const output = placeOf(TransformOutput?.S3OutputPath);
        const limit = BatchStrategy === 'SingleRecord' ? 0 : MaxPayloadInMB * 2 ** 20;
        for (const [key, { body }] of world.buckets.get(input.bucket) ?? []) {
          if (!key.startsWith(input.key) || job.status !== 'InProgress') continue;
          const type = TransformInput?.ContentType ?? 'application/octet-stream';
          const answers: string[] = [];
          for (const piece of batches(body.toString('utf8'), limit))
            answers.push(await asked(container.url, piece, type, TransformOutput?.Accept ?? type));
          const name = `${output.key.replace(/\/?$/, '/')}${key.slice(key.lastIndexOf('/') + 1)}.out`;
          const text = Buffer.from(answers.map((answer) => `${answer.trimEnd()}\n`).join(''));
          world.buckets.get(output.bucket)?.set(name, { body: text, metadata: {}, etag: '""' });
        }
      } finally {
        await container.stop();
      }
    }
    if (job.status === 'InProgress') job.status = 'Completed';
  } catch (error) {
    job.status = 'Failed';
    job.reason = (error as Error).message.slice(0, 1024);
  }
}

function placeOf(uri = ''): { readonly bucket: string; readonly key: string } {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(uri) ?? [];
  return { bucket, key };
}

/** Lines in pieces of at most `limit` bytes, at least one line each. */
function batches(text: string, limit: number): readonly string[] {
  const pieces: string[] = [];
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const last = pieces.at(-1);
    if (last !== undefined && last.length + line.length < limit)
      pieces[pieces.length - 1] = `${last}${line}\n`;
    else pieces.push(`${line}\n`);
  }
  return pieces;
}

async function asked(url: string, body: string, type: string, accept: string): Promise<string> {
  const headers = { 'content-type': type, accept };
  const answer = await fetch(`${url}/invocations`, { method: 'POST', headers, body });
  const said = await answer.text();
  if (!answer.ok) throw new Error(`ClientError: ${answer.status}: ${said.slice(0, 300)}`);
  return said;
}

function jobOf(world: World, name: string): Job {
  const job = world.jobs.get(name);
  if (!job) throw new AwsError('ResourceNotFound', `Could not find requested job with name: ${name}`);
  return job;
}

export function describeJob(world: World, { TransformJobName }: api.DescribeTransformJobRequest): object {
  const { input, arn, created, status, reason } = jobOf(world, TransformJobName!);
  const failure = reason === null ? {} : { FailureReason: reason };
  return { ...input, ...failure, TransformJobArn: arn, TransformJobStatus: status, CreationTime: created };
}

export function stopJob(world: World, { TransformJobName }: api.StopTransformJobRequest): object {
  const job = jobOf(world, TransformJobName!);
  if (job.status !== 'InProgress')
    throw validation(`The request was rejected because the transform job is in status ${job.status}.`);
  job.status = 'Stopping';
  world.later(() => {
    const job = world.jobs.get(TransformJobName!);
    if (job !== undefined) job.status = 'Stopped';
  });
  return {};
}

export function listJobs(world: World, input: api.ListTransformJobsRequest): object {
  const { page, ...rest } = pageOf(
    [...world.jobs],
    ([name, { created, status }]) => ({ name, created, status }),
    input,
  );
  const TransformJobSummaries = page.map(([TransformJobName, { arn, created, status }]) => ({
    ...{ TransformJobName, TransformJobArn: arn, CreationTime: created, TransformJobStatus: status },
  }));
  return { TransformJobSummaries, ...rest };
}
