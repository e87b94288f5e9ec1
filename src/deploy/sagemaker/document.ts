/** What a deployment on SageMaker is to be: the document that people write and `package sagemaker` writes for them. Pure. */

import type { Static } from 'typebox';
import { mapOf, orNothing } from '../../schema/transformed.ts';
import { choice, field, flag, list, number, record, text, whole } from '../../schema/value-schema.ts';

const NAME = text(
  '^[a-zA-Z0-9](-?[a-zA-Z0-9]){0,39}$',
  'letters, digits and single "-" between them, at most 40',
);
const S3 = text('^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[^\\s?#]{0,700})?$', 'a place in S3: s3://BUCKET/…');
const IMAGE = text(
  '^\\d{12}\\.dkr\\.ecr\\.[a-z0-9-]+\\.amazonaws\\.com(\\.cn)?/[a-z0-9._/-]{1,120}@sha256:[0-9a-f]{64}$',
  'an image in ECR by its digest: ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME@sha256:…',
);
const ROLE = text('^arn:aws[a-z-]*:iam::\\d{12}:role/[\\w+=,.@/-]{1,512}$', 'arn:aws:iam::ACCOUNT:role/NAME');
const TOPIC = text('^arn:aws[a-z-]*:sns:[a-z0-9-]+:\\d{12}:[\\w-]{1,256}$', 'the ARN of a topic of SNS');
const INSTANCE = text('^ml\\.[a-z0-9-]+\\.[a-z0-9]+$', 'an instance type such as ml.m5.large');
const MODEL = text('^[A-Za-z0-9][\\w.-]{0,99}$', 'the name of a model');
const HEX = text('^[0-9a-f]{64}$', 'a sha256 in hexadecimal digits');
const PATH = text('^(?!.*(^|/)\\.{1,2}(/|$))[\\w.-]+(/[\\w.-]+)*$', 'a path below the document');
const VARIABLE = text(
  '^(?!SAGEMAKER_|AWS_|PLIMSOLL_CONTRACT$)[A-Za-z_][A-Za-z0-9_]{0,127}$',
  'a variable, none of SAGEMAKER_* or AWS_*, nor PLIMSOLL_CONTRACT',
);
const VALUE = text('^[\\s\\S]{0,1024}$', 'a text of at most 1024 characters');
const WORD = text('^[^\\u0000-\\u001f]{1,255}$', 'a text of 1 to 255 characters');
const SECONDS = whole(0, 3600);

const scaling = record({
  /** Instances; 0 where requests can wait in a queue (async). */
  min: field(whole(0, 1000), 1, 'instances that are always there'),
  max: field(whole(1, 1000), null, 'instances at most'),
  /** Requests a minute and instance, requests at once and model, or requests that wait, by instance. */
  metric: field(
    choice(['invocations', 'concurrency', 'backlog']),
    'invocations',
    'what is held at the target',
  ),
  target: field(number({ min: 0, max: 1e6, above: true }), null, 'its value for each instance'),
  scaleInSeconds: field(SECONDS, 300, 'pause after instances went'),
  scaleOutSeconds: field(SECONDS, 60, 'pause after instances came'),
});

export type ScalingSettings = Static<typeof scaling>;

const serverless = record({
  memoryMb: field(number({ min: 1024, max: 6144, step: 1024 }), 2048, 'memory in steps of 1024'),
  maxConcurrency: field(whole(1, 200), 5, 'requests at once'),
  provisioned: field(orNothing(whole(1, 200)), null, 'of which so many never start cold'),
});

const file = record({
  path: field(PATH, null, 'where it lies below the document'),
  sha256: field(HEX, null, 'its digest'),
  size: field(whole(1, 2 ** 50), null, 'bytes'),
});

/** A file of a version, as it lies beside the document and in S3. */
export type ArtifactFile = Static<typeof file>;

const version = record({
  model: field(MODEL, null, 'model that the version is of'),
  version: field(whole(1, 1e9), null, 'its number'),
  digest: field(HEX, null, 'sha256 of its bundle'),
  /** What the container finds in `/opt/ml/model`: one archive, or files; empty where the image holds the version. */
  files: field(
    list(file, { min: 0, max: 1000 }),
    [],
    'what is put into S3; nothing where the image holds it',
  ),
  variant: field(orNothing(NAME), null, 'name of its variant'),
  shadow: field(flag, false, 'gets copies of requests only'),
  weight: field(number({ min: 0, max: 1e6 }), 1, 'its share over the sum of all'),
  instance: field(INSTANCE, 'ml.m5.large', 'instance type'),
  instances: field(whole(1, 1000), 1, 'how many at first'),
  scaling: field(orNothing(scaling), null, 'how many by load'),
  serverless: field(orNothing(serverless), null, 'of a serverless endpoint'),
  /** Seconds until `/ping` must have answered, or null for SageMaker's own limit. */
  startupSeconds: field(orNothing(whole(60, 3600)), null, 'seconds until it must be healthy'),
});

/** One version behind the endpoint. */
export type SageMakerVersion = Static<typeof version>;

const rollbackAlarm = record({
  metric: field(
    choice(['Invocation4XXErrors', 'Invocation5XXErrors', 'InvocationModelErrors', 'ModelLatency']),
    null,
    'metric of the new fleet',
  ),
  statistic: field(choice(['Average', 'Sum', 'Maximum', 'p50', 'p90', 'p99']), 'Average', 'of a period'),
  above: field(number({ min: 0, max: 1e12 }), null, 'what it must not be above (latency in microseconds)'),
  periodSeconds: field(number({ min: 60, max: 3600, step: 60 }), 60, 'seconds'),
  periods: field(whole(1, 60), 1, 'periods in a row'),
});

/** An alarm that is made for a deployment. */
export type RollbackAlarm = Static<typeof rollbackAlarm>;

const update = record({
  strategy: field(choice(['all-at-once', 'canary', 'linear', 'rolling']), 'all-at-once', 'how traffic moves'),
  /** Percent of the fleet in the first step (canary) or in each (linear, rolling). */
  percent: field(whole(1, 50), 10, 'of the fleet in a step'),
  /** Seconds between steps, in which alarms are heeded. */
  waitSeconds: field(SECONDS, 300, 'between steps'),
  bakeSeconds: field(SECONDS, 0, 'before the old fleet goes'),
  timeoutSeconds: field(whole(600, 28_800), 3600, 'until it is given up'),
  alarms: field(list(WORD, { min: 0, max: 10 }), [], 'alarms that are there'),
  rollbackOn: field(list(rollbackAlarm, { min: 0, max: 10 }), [], 'alarms that are made'),
});

export type UpdateSettings = Static<typeof update>;

const asynchronous = record({
  output: field(S3, null, 'where answers go'),
  failures: field(orNothing(S3), null, 'where failures go'),
  maxConcurrent: field(orNothing(whole(1, 1000)), null, 'requests at once and instance'),
  successTopic: field(orNothing(TOPIC), null, 'told of answers'),
  errorTopic: field(orNothing(TOPIC), null, 'told of failures'),
});

const transform = record({
  name: field(
    text('^[a-zA-Z0-9](-?[a-zA-Z0-9]){0,19}$', 'letters, digits and "-", at most 20'),
    null,
    'its name',
  ),
  version: field(whole(1, 1e9), null, 'version that scores'),
  input: field(S3, null, 'prefix of what is scored'),
  output: field(S3, null, 'where the answers go'),
  format: field(choice(['csv', 'jsonl']), 'jsonl', 'how rows are written'),
  instance: field(INSTANCE, 'ml.m5.large', 'instance type'),
  instances: field(whole(1, 100), 1, 'how many'),
  maxPayloadMb: field(whole(1, 100), 6, 'most megabytes of a request'),
  maxConcurrent: field(whole(1, 100), 1, 'requests at once and instance'),
  multiRecord: field(flag, true, 'whether a request holds as many rows as fit'),
  joinInput: field(flag, false, 'whether each answer stands beside its row'),
});

/** A batch transform over a version, on instances of its own. */
export type TransformJob = Static<typeof transform>;

export const sageMakerDocument = record({
  target: field(choice(['sagemaker']), 'sagemaker', 'where it goes'),
  /** Name of the deployment and of its endpoint; everything that it makes carries it. */
  deployment: field(NAME, null, 'name of the deployment and of its endpoint'),
  region: field(text('^[a-z]{2}(-[a-z]+)+-\\d$', 'a region such as "eu-central-1"'), null, 'region'),
  role: field(ROLE, null, 'role that the containers act as'),
  image: field(IMAGE, null, 'image, by digest'),
  artifacts: field(S3, null, 'where files of versions are put'),
  kind: field(
    choice(['realtime', 'serverless', 'async', 'multi-model', 'none']),
    'realtime',
    'kind of endpoint',
  ),
  versions: field(list(version, { min: 1, max: 100 }), null, 'versions behind the endpoint'),
  env: field(mapOf(VARIABLE, VALUE), {}, 'variables of the containers'),
  networkIsolation: field(flag, false, 'whether containers reach no network'),
  kmsKey: field(orNothing(WORD), null, 'key for the volumes of instances'),
  update: field(orNothing(update), null, 'how an endpoint is changed'),
  async: field(orNothing(asynchronous), null, 'of an asynchronous endpoint'),
  batch: field(list(transform, { min: 0, max: 20 }), [], 'batch transforms'),
});

export type SageMakerDocument = Static<typeof sageMakerDocument>;
