import { expect, test } from 'vitest';
import type { PackagedModel } from '../packaged.ts';
import { sageMakerDocumentFrom } from './from-flags.ts';
import { parseSageMakerDocument } from './parse.ts';

const model = (version: number, name = 'churn'): PackagedModel =>
  ({ name, version, digest: 'ab'.repeat(32), bundle: '/nowhere', manifest: {} }) as unknown as PackagedModel;
const FLAGS = {
  region: 'eu-central-1',
  role: 'arn:aws:iam::123456789012:role/serving',
  image: `123456789012.dkr.ecr.eu-central-1.amazonaws.com/plimsoll@sha256:${'cd'.repeat(32)}`,
  artifacts: 's3://models/plimsoll',
};
const parse = (written: unknown) => parseSageMakerDocument(written, 'the command line');

test('one beside another leaves the other as it is', () => {
  const first = sageMakerDocumentFrom(model(3), [], { ...FLAGS, instances: '2', weight: '95' }, null);
  const { versions } = parse(sageMakerDocumentFrom(model(4), [], { weight: '5' }, first));
  expect(versions).toMatchObject([
    { version: 3, instances: 2, weight: 95 },
    { version: 4, instances: 1, weight: 5 },
  ]);
});

test('the same version again keeps its place and what no flag is about', () => {
  const scaled = { maxInstances: '4', invocationsTarget: '600', instances: '2' };
  const first = sageMakerDocumentFrom(model(3), [], { ...FLAGS, ...scaled, weight: '95' }, null);
  const both = sageMakerDocumentFrom(model(4), [], { weight: '5' }, first);
  const again = parse(sageMakerDocumentFrom(model(3), [], { instance: 'ml.m5.xlarge' }, both));
  expect(again.versions).toMatchObject([
    { version: 3, weight: 95, instance: 'ml.m5.xlarge', instances: 2, scaling: { min: 2, max: 4 } },
    { version: 4 },
  ]);
  const larger = { maxInstances: '8', invocationsTarget: '300' };
  expect(parse(sageMakerDocumentFrom(model(3), [], larger, both)).versions[0]!.scaling).toMatchObject({
    ...{ min: 2, max: 8, target: 300 },
  });
});

test('settings of a file take what the package knows of its version, and flags win over them', () => {
  const written = {
    ...FLAGS,
    versions: [{ model: 'churn', version: 3, instance: 'ml.m5.xlarge', instances: 4 }],
  };
  const { versions, region } = parse(sageMakerDocumentFrom(model(3), [], { instances: '2' }, written));
  expect(versions).toMatchObject([{ digest: 'ab'.repeat(32), instance: 'ml.m5.xlarge', instances: 2 }]);
  expect(region).toBe('eu-central-1');
  expect(() => parse(sageMakerDocumentFrom(model(3), [], {}, { ...written, kinds: 'async' }))).toThrow(
    /kinds/,
  );
});

test('what is no number is refused by name, and what belongs together is asked for together', () => {
  expect(() => parse(sageMakerDocumentFrom(model(3), [], { ...FLAGS, weight: 'half' }, null))).toThrow(
    /versions\[0\]\.weight is "half"/,
  );
  expect(() => sageMakerDocumentFrom(model(3), [], { ...FLAGS, maxInstances: '4' }, null)).toThrow(
    /belong together/,
  );
});

test('names of models that are none of endpoints are made ones', () => {
  const name = `${'Long_name.'.repeat(9)}x`;
  expect(parse(sageMakerDocumentFrom(model(3, name), [], FLAGS, null)).deployment).toMatch(
    /^(Long-name-){3}Long-name$/,
  );
});
