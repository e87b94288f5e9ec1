/** A document out of what the command line says of one version. Pure. */
import { PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import type { PackagedModel } from '../packaged.ts';
import type { ArtifactFile } from './document.ts';

/** As the flags are written. */
export interface SageMakerFlags {
  readonly image?: string;
  readonly role?: string;
  readonly region?: string;
  readonly artifacts?: string;
  readonly deployment?: string;
  readonly kind?: string;
  readonly instance?: string;
  readonly instances?: string;
  readonly maxInstances?: string;
  readonly invocationsTarget?: string;
  readonly memory?: string;
  readonly maxConcurrency?: string;
  readonly asyncOutput?: string;
  readonly weight?: string;
  readonly shadow?: boolean;
  readonly strategy?: string;
  readonly alarm?: readonly string[];
}

/** What a document says of a version beside its settings. */
type PackagedIdentity = Pick<PackagedModel, 'name' | 'version' | 'digest'>;

type Fields = Record<string, unknown>;

/** Keys of a document that are put together here; what else is written stays, for the grammar to refuse. */
const KNOWN = [
  ...['target', 'deployment', 'region', 'role', 'image', 'artifacts', 'kind', 'versions'],
  ...['env', 'networkIsolation', 'kmsKey', 'update', 'async', 'batch'],
];

/** Names of models hold more than those of endpoints may. */
const asName = (name: string): string =>
  name
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '') || 'model';

const pick = (from: Fields, ...keys: readonly string[]): Fields =>
  Object.fromEntries(keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]]));

/** A flag as a number where it is one; what is none is left for the grammar to refuse by name. */
const numeric = (text: string | undefined): unknown =>
  text === undefined ? undefined : /^\d+(\.\d+)?$/.test(text) ? Number(text) : text;

const given = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/**
 * What would be written by hand. `beside`: a document whose versions stay; the same version keeps those of its settings that
 * no flag is about. Nothing is checked here:
 * `parseSageMakerDocument` is next.
 */
export function sageMakerDocumentFrom(
  model: PackagedIdentity,
  files: readonly ArtifactFile[],
  flags: SageMakerFlags,
  beside: unknown,
): Fields {
  const base: Fields = isRecord(beside) ? { ...beside } : {};
  const versions = Array.isArray(base['versions']) ? (base['versions'] as Fields[]) : [];
  const place = versions.findIndex((one) => one['model'] === model.name && one['version'] === model.version);
  const { deployment, region, role, image, artifacts, kind, strategy, alarm } = flags;
  const update =
    strategy === undefined && alarm === undefined ? undefined : given({ strategy, alarms: alarm });
  return {
    target: 'sagemaker',
    ...given({ deployment: deployment ?? base['deployment'] ?? asName(model.name) }),
    ...pick(
      { ...base, ...given({ region, role, image, artifacts, kind }) },
      'region',
      'role',
      'image',
      'artifacts',
      'kind',
    ),
    versions: versions.toSpliced(
      place === -1 ? versions.length : place,
      place === -1 ? 0 : 1,
      versionFrom(model, files, flags, versions[place] ?? {}),
    ),
    ...pick(base, 'env', 'networkIsolation', 'kmsKey'),
    ...(update === undefined ? pick(base, 'update') : { update }),
    ...(flags.asyncOutput === undefined ? pick(base, 'async') : { async: { output: flags.asyncOutput } }),
    ...pick(base, 'batch'),
    ...pick(base, ...Object.keys(base).filter((key) => !KNOWN.includes(key))),
  };
}

function versionFrom(
  { name, version, digest }: PackagedIdentity,
  files: readonly ArtifactFile[],
  flags: SageMakerFlags,
  before: Fields,
): Fields {
  const { instance, instances, maxInstances, invocationsTarget, memory, maxConcurrency, weight, shadow } =
    flags;
  const wantsScaling = maxInstances !== undefined || invocationsTarget !== undefined;
  if (wantsScaling && (maxInstances === undefined || invocationsTarget === undefined))
    throw new PlimsollError('USAGE', {
      command: 'package sagemaker',
      reason: '--max-instances and --invocations-target belong together',
    });
  const { files: _, ...kept } = before;
  const min = numeric(instances) ?? kept['instances'] ?? 1;
  const serverless = given({ memoryMb: numeric(memory), maxConcurrency: numeric(maxConcurrency) });
  const was = (key: string): Fields => (isRecord(kept[key]) ? kept[key] : {});
  return {
    ...kept,
    model: name,
    version,
    digest,
    ...(files.length === 0 ? {} : { files }),
    ...given({ instance, instances: numeric(instances), weight: numeric(weight), shadow }),
    ...(wantsScaling
      ? {
          scaling: { ...was('scaling'), min, max: numeric(maxInstances), target: numeric(invocationsTarget) },
        }
      : {}),
    ...(Object.keys(serverless).length === 0 ? {} : { serverless: { ...was('serverless'), ...serverless } }),
  };
}
