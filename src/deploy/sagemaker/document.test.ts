import { expect, test } from 'vitest';
import { parseSageMakerDocument } from './parse.ts';

const digest = 'cd'.repeat(32);
const version = (number: number, more: object = {}) => ({ model: 'churn', version: number, digest, ...more });
const written = (more: object = {}) => ({
  deployment: 'churn',
  region: 'eu-central-1',
  role: 'arn:aws:iam::123456789012:role/serving',
  image: `123456789012.dkr.ecr.eu-central-1.amazonaws.com/plimsoll@sha256:${digest}`,
  artifacts: 's3://models/plimsoll',
  versions: [version(3)],
  ...more,
});
const parse = (more: object = {}) => parseSageMakerDocument(written(more), 'churn.yaml');
const failure = (more: object): { code: string; message: string } => {
  try {
    parse(more);
  } catch (error) {
    return error as { code: string; message: string };
  }
  return { code: 'none', message: '' };
};
const archived = (number: number, more: object = {}) =>
  version(number, { files: [{ path: `churn-${number}/model.tar.gz`, sha256: digest, size: 1 }], ...more });
const scaling = { max: 3, target: 100 };
const alarms = { alarms: ['too-slow'] };

test('a document says only what has to be said', () => {
  const { kind, versions, update, batch } = parse();
  expect({ kind, update, batch }).toEqual({ kind: 'realtime', update: null, batch: [] });
  expect(versions[0]).toMatchObject({ instance: 'ml.m5.large', instances: 1, weight: 1, scaling: null });
});

const UNSUPPORTED: readonly (readonly [string, object, RegExp])[] = [
  [
    'a GPU',
    { versions: [version(3, { instance: 'ml.g5.xlarge' })] },
    /versions\[0\]\.instance ml\.g5\.xlarge/,
  ],
  ['an Arm processor', { versions: [version(3, { instance: 'ml.c7g.large' })] }, /arm64/],
  [
    'instances by load of a serverless endpoint',
    { kind: 'serverless', versions: [version(3, { scaling })] },
    /scales by itself/,
  ],
  [
    'memory of an endpoint with instances',
    { versions: [version(3, { serverless: {} })] },
    /for kind: serverless/,
  ],
  [
    'several variants of a serverless endpoint',
    { kind: 'serverless', versions: [version(3), version(4)] },
    /one variant/,
  ],
  [
    'network isolation of a serverless endpoint',
    { kind: 'serverless', networkIsolation: true },
    /networkIsolation/,
  ],
  ['a volume key of a serverless endpoint', { kind: 'serverless', kmsKey: 'alias/a' }, /no volumes/],
  [
    'a rolling serverless endpoint',
    { kind: 'serverless', update: { strategy: 'rolling', ...alarms } },
    /cannot be rolled/,
  ],
  ['no instances at rest', { versions: [version(3, { scaling: { ...scaling, min: 0 } })] }, /scaling\.min 0/],
  [
    'a queue of a realtime endpoint',
    { versions: [version(3, { scaling: { ...scaling, metric: 'backlog' } })] },
    /have a queue/,
  ],
  [
    'concurrency of an asynchronous endpoint',
    {
      kind: 'async',
      async: { output: 's3://out' },
      versions: [version(3, { scaling: { ...scaling, metric: 'concurrency' } })],
    },
    /use backlog/,
  ],
  [
    'scaling without an endpoint',
    { kind: 'none', versions: [version(3, { scaling })] },
    /there is no endpoint/,
  ],
  [
    'several variants of an asynchronous endpoint',
    { kind: 'async', async: { output: 's3://out' }, versions: [version(3), version(4)] },
    /one production variant/,
  ],
  ['asynchronous settings of a realtime endpoint', { async: { output: 's3://out' } }, /async/],
  [
    'a shadow beside two versions',
    { versions: [version(3), version(4), version(5, { shadow: true })] },
    /exactly one production variant/,
  ],
  ['a shadow alone', { versions: [version(3, { shadow: true })] }, /exactly one production variant/],
  [
    'two shadows',
    { versions: [version(3), version(4, { shadow: true }), version(5, { shadow: true })] },
    /exactly one/,
  ],
  [
    'a shadow of a serverless endpoint',
    { kind: 'async', async: { output: 's3://out' }, versions: [version(3), version(4, { shadow: true })] },
    /no shadow variants/,
  ],
  [
    'a scaled shadow',
    { versions: [version(3), version(4, { shadow: true, scaling })] },
    /no scalable targets/,
  ],
  ['a canary without alarms', { update: { strategy: 'canary' } }, /rolled back/],
  [
    'rolling over several variants',
    { update: { strategy: 'rolling', ...alarms }, versions: [version(3), version(4)] },
    /several variants/,
  ],
  ['an update without an endpoint', { kind: 'none', update: alarms }, /there is no endpoint/],
  [
    'more alarms than are heeded',
    {
      update: {
        alarms: Array.from({ length: 10 }, (_, i) => `a${i}`),
        rollbackOn: [{ metric: 'ModelLatency', above: 1 }],
      },
    },
    /at most 10/,
  ],
  [
    'instances of a serverless endpoint',
    { kind: 'serverless', versions: [version(3, { instances: 2 })] },
    /memoryMb/,
  ],
  [
    'an instance type of a serverless endpoint',
    { kind: 'serverless', versions: [version(3, { instance: 'ml.m5.large' })] },
    /versions\[0\]\.instance: .*memoryMb/,
  ],
  [
    'weights without an endpoint',
    { kind: 'none', versions: [version(3, { weight: 1 })] },
    /there is no endpoint/,
  ],
  [
    'instances of one of many models',
    { kind: 'multi-model', versions: [archived(3), archived(4, { instances: 2 })] },
    /versions\[1\]\.instances: .*those of versions\[0\]/,
  ],
  [
    'a weight of one of many models',
    { kind: 'multi-model', versions: [archived(3, { weight: 2 })] },
    /no shares/,
  ],
  ['a step of what moves at once', { update: { percent: 10, ...alarms } }, /update\.percent/],
  [
    'an old fleet after rolling',
    { update: { strategy: 'rolling', bakeSeconds: 60, ...alarms } },
    /bakeSeconds/,
  ],
  [
    'a key for disks that have their own',
    { kmsKey: 'alias/a', versions: [version(3, { instance: 'ml.m5d.large' })] },
    /kmsKey and versions\[0\]\.instance ml\.m5d\.large/,
  ],
  ['a key for no volume', { kind: 'none', kmsKey: 'alias/a' }, /kmsKey/],
];

test.each(UNSUPPORTED)('%s is refused, never dropped', (_, more, said) => {
  expect(failure(more)).toMatchObject({
    code: 'SAGEMAKER_UNSUPPORTED',
    message: expect.stringMatching(said),
  });
});

const INVALID: readonly (readonly [string, object, RegExp])[] = [
  [
    'an image by tag',
    { image: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/plimsoll:latest' },
    /by its digest/,
  ],
  ['an image in another region', { region: 'us-east-1' }, /another region/],
  ['a name with an underscore', { deployment: 'a_b' }, /deployment is "a_b"/],
  ['a misspelt key', { versoins: [] }, /versoins is no key here.*versions/],
  ['variables of the platform', { env: { SAGEMAKER_PROGRAM: 'x' } }, /SAGEMAKER_PROGRAM/],
  [
    'weights of nothing',
    { versions: [version(3, { weight: 0 }), version(4, { weight: 0 })] },
    /every weight is 0/,
  ],
  [
    'a version twice',
    { versions: [version(3, { variant: 'a' }), version(3, { variant: 'b' })] },
    /there twice/,
  ],
  [
    'two variants of one name',
    { versions: [version(3, { variant: 'a' }), version(4, { variant: 'a' })] },
    /names of their own/,
  ],
  [
    'bounds the wrong way round',
    { versions: [version(3, { scaling: { ...scaling, min: 4 } })] },
    /min is above/,
  ],
  ['instances outside of the bounds', { versions: [version(3, { instances: 5, scaling })] }, /wanted 1 to 3/],
  [
    'half a gigabyte of memory',
    { kind: 'serverless', versions: [version(3, { serverless: { memoryMb: 1500 } })] },
    /in steps of 1024/,
  ],
  ['an asynchronous endpoint without an output', { kind: 'async' }, /async is missing/],
  [
    'a path that leaves the folder',
    { versions: [version(3, { files: [{ path: '../x', sha256: digest, size: 1 }] })] },
    /path below/,
  ],
  [
    'an object over 5 GiB',
    { versions: [version(3, { files: [{ path: 'x', sha256: digest, size: 2 ** 33 }] })] },
    /at most 5368709120/,
  ],
  [
    'a job over a version that is not there',
    { batch: [{ name: 'j', version: 9, input: 's3://ins', output: 's3://out' }] },
    /none of versions/,
  ],
  [
    'a job that sends too much at once',
    {
      batch: [
        { name: 'j', version: 3, input: 's3://ins', output: 's3://out', maxPayloadMb: 50, maxConcurrent: 3 },
      ],
    },
    /150 MB at once/,
  ],
  [
    'numbers that two models share',
    { versions: [version(3, { variant: 'a' }), version(3, { model: 'fraud', variant: 'b' })] },
    /number 3 is that of versions of churn and fraud/,
  ],
  ['the contract of the container', { env: { PLIMSOLL_CONTRACT: 'plain' } }, /nor PLIMSOLL_CONTRACT/],
  ['a multi-model version without an archive', { kind: 'multi-model' }, /one \.tar\.gz/],
];

test.each(INVALID)('%s is named as a mistake', (_, more, said) => {
  expect(failure(more)).toMatchObject({ code: 'SAGEMAKER_INVALID', message: expect.stringMatching(said) });
});

test('settings that say what the kind has anyway are no mistake', () => {
  const same = { instances: 2, scaling: { max: 3, target: 100 } };
  const { versions } = parse({ kind: 'multi-model', versions: [archived(3, same), archived(4, same)] });
  expect(versions).toHaveLength(2);
  expect(parse({ kind: 'none', versions: [version(3, { shadow: false })] }).kind).toBe('none');
  const numbered = [archived(3), archived(3, { model: 'fraud' })];
  expect(parse({ kind: 'multi-model', versions: numbered }).versions).toHaveLength(2);
});

test('every mistake of a document is named at once', () => {
  const { message } = failure({ deployment: 'a_b', role: 'me', versions: [] });
  expect(message).toMatch(/deployment .*role .*versions /);
});
