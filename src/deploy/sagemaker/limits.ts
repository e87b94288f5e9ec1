/** What must hold between the settings of a document. Pure. */
import { elementAt } from '../../core/element-at.ts';
import type { SageMakerDocument } from './document.ts';
import { variantOf } from './names.ts';

/** Largest object that one PUT takes (docs.aws.amazon.com/AmazonS3: 5 GiB). */
const OBJECT_BYTES_MAX = 5 * 2 ** 30;
const VARIANTS_MAX = 10;
/** CreateTransformJob: MaxConcurrentTransforms × MaxPayloadInMB. */
const TRANSFORM_MB_MAX = 100;

/** One line a mistake. */
export function sageMakerLimitProblems(document: SageMakerDocument): readonly string[] {
  const { kind, versions, batch, region, image } = document;
  const problems: string[] = [];
  const isServing = kind === 'realtime' || kind === 'serverless' || kind === 'async';
  if (isServing && versions.length > VARIANTS_MAX)
    problems.push(`versions has ${versions.length} entries, wanted at most ${VARIANTS_MAX} of an endpoint`);
  if (kind === 'async' && document.async === null) problems.push('async is missing, which kind: async needs');
  const variants = versions.map((version) => variantOf(document, version));
  if (isServing && new Set(variants).size < variants.length)
    problems.push(`two versions have one variant, wanted names of their own: ${variants.join(', ')}`);
  const ids = versions.map(({ model, version }) => `${model}@${version}`);
  if (new Set(ids).size < ids.length) problems.push('a version is there twice');
  else problems.push(...ambiguous(document));
  if (isServing && versions.every(({ weight, shadow }) => shadow || weight === 0))
    problems.push('every weight is 0, wanted one above');
  if (!image.includes(`.ecr.${region}.`))
    problems.push(`image lies in another region than ${region}: SageMaker pulls from its own`);
  problems.push(...versions.flatMap((version, i) => versionProblems(kind, version, `versions[${i}]`)));
  for (const [i, { maxPayloadMb, maxConcurrent, version, name }] of batch.entries()) {
    if (maxPayloadMb * maxConcurrent > TRANSFORM_MB_MAX)
      problems.push(
        `batch[${i}] sends ${maxPayloadMb * maxConcurrent} MB at once, wanted at most ${TRANSFORM_MB_MAX}`,
      );
    if (!versions.some((known) => known.version === version))
      problems.push(`batch[${i}].version is ${version}, which is none of versions`);
    if (batch.findIndex((other) => other.name === name) < i) problems.push(`batch[${i}].name is there twice`);
  }
  return problems;
}

/** Variants, weights and batch transforms know versions by their numbers. */
function ambiguous({ kind, versions, batch }: SageMakerDocument): readonly string[] {
  const named =
    kind === 'multi-model' ? batch.map((job) => job.version) : versions.map(({ version }) => version);
  const again = named.find((number) => versions.filter(({ version }) => version === number).length > 1);
  if (again === undefined) return [];
  const models = versions.filter(({ version }) => version === again).map(({ model }) => model);
  return [
    `number ${again} is that of versions of ${models.join(' and ')}: put each into a deployment of its own`,
  ];
}

function versionProblems(
  kind: SageMakerDocument['kind'],
  { scaling, instances, files, serverless }: SageMakerDocument['versions'][number],
  at: string,
): readonly string[] {
  const problems: string[] = [];
  if (scaling && scaling.min > scaling.max) problems.push(`${at}.scaling.min is above its max`);
  if (scaling && (instances < scaling.min || instances > scaling.max))
    problems.push(`${at}.instances is ${instances}, wanted ${scaling.min} to ${scaling.max} as scaling says`);
  const large = files.find(({ size }) => size > OBJECT_BYTES_MAX);
  if (large)
    problems.push(`${at}.files: ${large.path} has ${large.size} bytes, wanted at most ${OBJECT_BYTES_MAX}`);
  if (kind === 'multi-model' && !(files.length === 1 && elementAt(files, 0).path.endsWith('.tar.gz')))
    problems.push(`${at}.files must be one .tar.gz, as multi-model endpoints load them`);
  if (serverless?.provisioned && serverless.provisioned > serverless.maxConcurrency)
    problems.push(`${at}.serverless.provisioned is above maxConcurrency`);
  return problems;
}
