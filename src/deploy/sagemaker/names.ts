/** Names of what a deployment makes: its own, and a digest where the thing cannot be changed. Pure. */
import { sha256 } from '../../bytes/sha256.ts';
import { canonicalJson } from '../../core/canonical-json.ts';
import type { ArtifactFile, SageMakerDocument, SageMakerVersion } from './document.ts';

type Spec = Readonly<Record<string, unknown>>;

/** Eight hexadecimal digits of what something is made from. */
export const specHashOf = (spec: Spec): string =>
  sha256(new TextEncoder().encode(canonicalJson(spec))).slice(0, 8);

/** What SageMaker's console calls the variant of an endpoint that has one. */
const ONLY = 'AllTraffic';

/**
 * One variant keeps its name from version to version, which guarded updates need; several go by their numbers. All models
 * of a multi-model endpoint are one variant.
 */
export function variantOf(
  { kind, versions }: Pick<SageMakerDocument, 'kind' | 'versions'>,
  { variant, version, shadow }: SageMakerVersion,
): string {
  if (variant !== null) return variant;
  const alone = kind === 'multi-model' || versions.filter((other) => !other.shadow).length === 1;
  return shadow ? `shadow-v${version}` : alone ? ONLY : `v${version}`;
}

/** `churn-v3-0f1e2d3c`: the version can be read from it again. */
export const modelName = (deployment: string, version: number, spec: Spec): string =>
  `${deployment}-v${version}-${specHashOf(spec)}`;

/** Number of the version in the name of a model of this deployment, or null. */
export function versionIn(deployment: string, name: string): number | null {
  if (!name.startsWith(`${deployment}-v`)) return null;
  const [, digits] = /^v(\d{1,9})-[0-9a-f]{8}$/.exec(name.slice(deployment.length + 1)) ?? [];
  return digits === undefined ? null : Number(digits);
}

export interface S3Place {
  readonly bucket: string;
  /** Empty, or ends with a slash. */
  readonly prefix: string;
}

/** `s3://BUCKET/PREFIX` taken apart. */
export function s3PlaceOf(uri: string): S3Place {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(uri) ?? [];
  return { bucket, prefix: prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/` };
}

/** Everything that a deployment puts into S3 lies below this, with a slash at the end. */
export function ownPrefix({
  artifacts,
  deployment,
}: Pick<SageMakerDocument, 'artifacts' | 'deployment'>): S3Place {
  const { bucket, prefix } = s3PlaceOf(artifacts);
  return { bucket, prefix: `${prefix}${deployment}/` };
}

/** Key of one file: named by the content of all files of the version, except where clients name the archive. */
export function artifactKeyOf(
  document: SageMakerDocument,
  version: SageMakerVersion,
  { path }: ArtifactFile,
): string {
  const { prefix } = ownPrefix(document);
  if (document.kind === 'multi-model') return `${prefix}models/${targetModel(version)}`;
  return `${versionPrefix(document, version)}${version.files.length === 1 ? 'model.tar.gz' : withoutFirst(path)}`;
}

/** What clients of a multi-model endpoint name in TargetModel. */
export const targetModel = ({ model, version }: SageMakerVersion): string => `${model}-${version}.tar.gz`;

export function versionPrefix(
  document: SageMakerDocument,
  { model, version, files }: SageMakerVersion,
): string {
  const content = specHashOf({ files: files.map(({ path, sha256 }) => [path, sha256]) });
  return `${ownPrefix(document).prefix}${model}-${version}-${content}/`;
}

const withoutFirst = (path: string): string => path.slice(path.indexOf('/') + 1);
