/** A deployment to try things with: versions of churn whose bytes do not matter, an account of its own. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApplyPorts } from '../../src/deploy/plan/apply.ts';
import { sageMakerCloud } from '../../src/deploy/sagemaker/cloud.ts';
import type { SageMakerDocument } from '../../src/deploy/sagemaker/document.ts';
import { bodiesOf } from '../../src/deploy/sagemaker/folder.ts';
import { ownPrefix } from '../../src/deploy/sagemaker/names.ts';
import { parseSageMakerDocument } from '../../src/deploy/sagemaker/parse.ts';
import { type Aws, startAws } from '../../tools/clouds/aws/server.ts';
import type { WorldOptions } from '../../tools/clouds/aws/world.ts';

export const BUCKET = 'models';
export const REGION = 'eu-central-1';

type Table = Readonly<Record<string, unknown>>;

/** Archive of a version: other bytes for each. */
export const archiveOf = (version: number): Buffer => Buffer.from(`archive of version ${version}`);
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** A version as it is written in documents. */
export function version(number: number, more: Table = {}): Table {
  const archive = archiveOf(number);
  const file = { path: `churn-${number}/model.tar.gz`, sha256: sha256(archive), size: archive.length };
  return {
    model: 'churn',
    version: number,
    digest: sha256(Buffer.from(`bundle ${number}`)),
    files: [file],
    ...more,
  };
}

/** A document with nothing but what has to be there. */
export const written = (more: Table = {}): Table => ({
  deployment: 'churn',
  region: REGION,
  role: 'arn:aws:iam::123456789012:role/plimsoll-serving',
  image: `123456789012.dkr.ecr.${REGION}.amazonaws.com/plimsoll@sha256:${'ab'.repeat(32)}`,
  artifacts: `s3://${BUCKET}/plimsoll/`,
  versions: [version(3)],
  ...more,
});

export const documentOf = (more: Table = {}): SageMakerDocument =>
  parseSageMakerDocument(written(more), 'a test');

/** Scaling as most tests want it. */
export const SCALING = { min: 1, max: 4, target: 600 };

/** An account that this process, and all it starts, takes for Amazon's. */
export async function account(options: Partial<WorldOptions> = {}): Promise<Aws> {
  const aws = await startAws({ takesMillis: 5, ...options });
  aws.world.buckets.set(BUCKET, new Map());
  process.env['AWS_ACCESS_KEY_ID'] = 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
  return aws;
}

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-sagemaker-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/** Time as it passes, a little faster. */
const SOON = { monotonic: () => performance.now(), sleep: () => sleep(2), waitMillis: 20_000 };

/** What `apply` and `destroy` need to work on the account; `attempts` 1: the first failure is the end. */
export function portsFor(
  aws: Aws,
  document: SageMakerDocument,
  attempts = 1,
  time: Pick<ApplyPorts, 'monotonic' | 'sleep' | 'waitMillis'> = SOON,
): ApplyPorts & { readonly bodies: ReadonlyMap<string, string> } {
  const { bucket, prefix } = ownPrefix(document);
  const place = `s3://${bucket}/${prefix}`;
  for (const each of document.versions)
    for (const { path } of each.files) {
      const archive = join(folder, 'artifacts', path);
      mkdirSync(dirname(archive), { recursive: true });
      if (!existsSync(archive)) writeFileSync(archive, archiveOf(each.version));
    }
  const bodies = bodiesOf(document, folder);
  const options = { region: REGION, endpointUrl: aws.url, attempts, place, bodies, sleep: time.sleep };
  return { cloud: sageMakerCloud(options), bodies, ...time };
}
