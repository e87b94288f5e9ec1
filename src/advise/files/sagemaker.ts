/** The same sizes for SageMaker: the settings that `package sagemaker` takes, and the commands from archive to instances. */
import type { AdvisedFiles, BatchSizing, Blueprint } from './blueprint.ts';
import { modelWords, plimsoll, versionNumber } from './command-words.ts';
import { fleetOf } from './fleet.ts';
import { settingsFile } from './settings-text.ts';

const SETTINGS = 'sagemaker.yaml';
const FOLDER = 'sagemaker';

/** Account of Amazon's own examples, and an image that nobody has: both are to be filled in. */
const ACCOUNT = '111122223333';
const REGION = 'eu-central-1';
const PLACE = {
  region: REGION,
  role: `arn:aws:iam::${ACCOUNT}:role/plimsoll-serving`,
  image: `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/plimsoll@sha256:${'0'.repeat(64)}`,
  artifacts: 's3://models/plimsoll/',
};

/** Processors and GiB of instance types, the smallest first (https://aws.amazon.com/sagemaker/pricing, seen 2026-11-30). */
const INSTANCES: readonly (readonly [type: string, cores: number, gib: number])[] = [
  ['ml.c5.large', 2, 4],
  ['ml.m5.large', 2, 8],
  ['ml.c5.xlarge', 4, 8],
  ['ml.m5.xlarge', 4, 16],
  ['ml.c5.2xlarge', 8, 16],
  ['ml.m5.2xlarge', 8, 32],
  ['ml.c5.4xlarge', 16, 32],
  ['ml.m5.4xlarge', 16, 64],
  ['ml.c5.9xlarge', 36, 72],
  ['ml.m5.12xlarge', 48, 192],
  ['ml.m5.24xlarge', 96, 384],
];

/** Batch transforms run on fewer types than endpoints (TransformInstanceType of CreateTransformJob); these they have. */
const TRANSFORM = /^ml\.(?:m5\.large|[mc][45]\.\d*xlarge)$/;

/** The smallest instance with so many cores and so much memory, or the largest there is. */
function instanceFor(cores: number, bytes: number, form = /./): string {
  const known = INSTANCES.filter(([type]) => form.test(type));
  const fits = known.find(([, has, gib]) => has >= cores && gib * 2 ** 30 >= bytes);
  return (fits ?? known[known.length - 1]!)[0];
}

const transformInstance = ({ instance, lanes, memory }: BatchSizing): string =>
  instance !== null && TRANSFORM.test(instance) ? instance : instanceFor(lanes, memory, TRANSFORM);

/** Requests a minute that a target may be, and instances that a transform may have: `sagemaker.yaml` takes no more. */
const TARGET_MAX = 1e6;
const TRANSFORM_MAX = 100;

/** Instances that serve, as many as the load takes. */
export function sageMakerServing(blueprint: Blueprint): AdvisedFiles {
  const { serving } = blueprint;
  const { min, max, lacks } = fleetOf(serving);
  const target = Math.min(TARGET_MAX, Math.max(1, Math.floor(60 * serving.perReplica)));
  const scaling = { min, max, metric: 'invocations', target };
  return files(blueprint, {
    value: {
      kind: 'realtime',
      versions: [
        {
          ...versionEntry(blueprint),
          instance: serving.instance ?? instanceFor(serving.cores, serving.memory),
          instances: min,
          ...(max > min ? { scaling } : {}),
        },
      ],
    },
    lacks,
    comments: {
      versions: `${min} instances at rest, ${max} at the peak, with one to lose; target: requests a minute of each`,
    },
  });
}

/** Requests that wait in the queue of SageMaker; no instance while none do. */
export function sageMakerAsync(blueprint: Blueprint): AdvisedFiles {
  const { serving, name } = blueprint;
  return files(blueprint, {
    value: {
      kind: 'async',
      versions: [
        {
          ...versionEntry(blueprint),
          instance: serving.instance ?? instanceFor(serving.cores, serving.memory),
          instances: 1,
          scaling: { min: 0, max: fleetOf(serving).max, metric: 'backlog', target: 5 },
        },
      ],
      async: { output: `s3://scores/${name}/` },
    },
    comments: { async: 'Fill in where answers go.' },
  });
}

/** A batch transform, which runs when it is applied. */
export function sageMakerBatch(blueprint: Blueprint): AdvisedFiles {
  const { batch, name } = blueprint;
  const { fill, ...made } = files(blueprint, {
    value: {
      kind: 'none',
      versions: [versionEntry(blueprint)],
      batch: [
        {
          name: 'scores-1',
          version: versionNumber(blueprint.model),
          input: `s3://rows/${name}/`,
          output: `s3://scores/${name}/`,
          format: 'jsonl',
          instance: transformInstance(batch),
          instances: Math.min(TRANSFORM_MAX, batch.machines),
        },
      ],
    },
    comments: {
      batch: 'Fill in where rows and answers are. A transform runs once: another name runs it again.',
    },
  });
  return { ...made, fill: [...fill, 'what applies it by the clock: SageMaker has no schedule for it'] };
}

const versionEntry = ({ model }: Blueprint): object => ({ model: model.name, version: versionNumber(model) });

interface Wanted {
  readonly lacks?: readonly string[];
  readonly value: object;
  readonly comments: Readonly<Record<string, string>>;
}

function files({ model }: Blueprint, { value, comments, lacks = [] }: Wanted): AdvisedFiles {
  const packaged = ['package', 'sagemaker', ...modelWords(model), '--name', model.name];
  return {
    files: [
      settingsFile({
        name: SETTINGS,
        does: `"${model.name}" on SageMaker: settings of \`plimsoll package sagemaker\`, docs/sagemaker.md lists them`,
        value: { target: 'sagemaker', ...PLACE, ...value },
        comments: {
          region: 'Fill in region, role, image (in ECR of that region, by its digest) and bucket.',
          ...comments,
        },
      }),
    ],
    commands: [
      {
        run: plimsoll(...packaged, '--config', SETTINGS, '--output', FOLDER),
        does: 'archive, document, permissions',
      },
      { run: plimsoll('deploy', 'sagemaker', 'plan', FOLDER), does: 'what it would make' },
      { run: plimsoll('deploy', 'sagemaker', 'apply', FOLDER), does: 'makes it' },
    ],
    fill: ['region, role, image and bucket: `region`, `role`, `image`, `artifacts`', ...lacks],
  };
}
