/** The same sizes for Kubernetes: the settings that `package kubernetes` takes, and the commands from image to pods. */
import { formatDuration } from '../../text/duration.ts';
import type { AdvisedCommand, AdvisedFiles, Blueprint } from './blueprint.ts';
import { modelWords, plimsoll, versionNumber } from './command-words.ts';
import { fleetOf } from './fleet.ts';
import { intervalWithin } from './interval.ts';
import { DATABASE } from './job.ts';
import { attemptLimit } from './job-trigger.ts';
import { scoresTable } from './lookup.ts';
import { settingsFile } from './settings-text.ts';

const SETTINGS = 'kubernetes.yaml';
const MANIFESTS = 'manifests';

/** Requests in flight that a core of a pod is held at: it is busy, and a little waits. */
const IN_FLIGHT = 4;

/** Pods that serve, as many as the load takes. */
export function kubernetesServing(blueprint: Blueprint): AdvisedFiles {
  const { serving, model } = blueprint;
  const { min, max, lacks } = fleetOf(serving);
  const target = Math.min(1000, Math.max(1, Math.round(IN_FLIGHT * serving.cores)));
  return files(blueprint, {
    value: {
      image: imageOf(blueprint),
      cpu: cpu(serving.cores),
      memory: mebibytes(serving.memory),
      hpa: { on: 'in-flight', target, min, max },
    },
    comments: {
      'kubernetes.hpa': `${min} pods at rest, ${max} at the peak, with one to lose; it needs an adapter for metrics: docs/kubernetes.md`,
    },
    lacks,
    image: ['package', 'oci', ...modelWords(model), '--push', imageOf(blueprint)],
  });
}

/** A CronJob that scores, and no pod that waits for requests. */
export function kubernetesBatch(blueprint: Blueprint): AdvisedFiles {
  const { batch, every, model, name } = blueprint;
  if (model.runtime === 'python')
    return {
      files: [],
      commands: [],
      fill: ['a machine for the job: Kubernetes scores no versions that run with Python'],
    };
  const { cron, millis } = intervalWithin(every, 'minute');
  const isTable = blueprint.pattern === 'precomputed-table';
  const job = {
    name: 'scores',
    schedule: cron,
    timeZone: 'Etc/UTC',
    input: `s3://rows/${name}/*.parquet`,
    output: isTable ? `\${${DATABASE}}?table=${scoresTable(blueprint)}` : `s3://scores/${name}/`,
    key: model.key,
    ...(isTable ? { mode: 'upsert', secrets: ['scores-database'] } : {}),
    maxBad: '1%',
    lanes: batch.lanes,
    cpu: cpu(batch.lanes),
    memory: mebibytes(batch.memory),
    deadline: formatDuration(attemptLimit(batch.run, millis)),
  };
  return files(blueprint, {
    value: { image: imageOf(blueprint), replicas: 0, batch: [job] },
    comments: {
      'kubernetes.replicas': 'No pod waits for requests: the job alone runs.',
      'kubernetes.batch': [
        'Fill in where rows and answers are; `secrets` become variables, such as keys of S3 or the address of a database.',
        'A PersistentVolumeClaim as `claim` lets an interrupted run go on. Each run reads all that `input` names.',
      ].join('\n'),
    },
    image: ['package', 'oci', ...modelWords(model), '--with', 'batch', '--push', imageOf(blueprint)],
  });
}

interface Wanted {
  readonly lacks?: readonly string[];
  readonly value: object;
  readonly comments: Readonly<Record<string, string>>;
  /** Words of the command that makes and pushes the image. */
  readonly image: readonly string[];
}

function files(blueprint: Blueprint, { value, comments, image, lacks = [] }: Wanted): AdvisedFiles {
  const { model } = blueprint;
  const packaged = ['package', 'kubernetes', ...modelWords(model), '--name', model.name];
  const made: readonly AdvisedCommand[] = [
    {
      run: plimsoll(...packaged, '--config', SETTINGS, '--output', MANIFESTS),
      does: 'the objects of Kubernetes',
    },
    { run: plimsoll(...image, '--name', model.name), does: 'makes the image and pushes it' },
    { run: plimsoll('deploy', 'kubernetes', 'apply', MANIFESTS), does: 'brings them to the cluster' },
  ];
  return {
    files: [
      settingsFile({
        name: SETTINGS,
        does: `"${model.name}" on Kubernetes: settings of \`plimsoll package kubernetes\`, docs/kubernetes.md lists them`,
        value: { kubernetes: value },
        comments: {
          'kubernetes.image': 'Fill in your registry; best by the digest that `package oci --push` prints.',
          ...comments,
        },
      }),
    ],
    commands: made,
    fill: ['your registry: `kubernetes.image`', ...lacks],
  };
}

const imageOf = ({ model }: Blueprint): string =>
  `registry.example/${model.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}:${versionNumber(model)}`;

const cpu = (cores: number): string =>
  Number.isInteger(cores) ? String(cores) : `${Math.ceil(cores * 1000)}m`;

const LEAST_MEMORY = 256;
const STEP = 64;
/** Rounded up: what is asked for is all that there is. */
const mebibytes = (bytes: number): string =>
  `${Math.max(LEAST_MEMORY, STEP * Math.ceil(bytes / 2 ** 20 / STEP))}Mi`;
