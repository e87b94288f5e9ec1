/**
 * Settings that say something about what a kind of endpoint does not have, told by whether they are written: most have
 * defaults, which say nothing. Pure.
 */
import { elementAt } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import type { SageMakerDocument } from './document.ts';

type Kind = SageMakerDocument['kind'];
type Written = Readonly<Record<string, unknown>>;

const NO_INSTANCES = 'a serverless endpoint has memory instead of instances: serverless.memoryMb';
const NO_ENDPOINT = 'there is no endpoint: kind is none, and a batch transform has settings of its own';

/** Settings of a version that go nowhere, and why. */
const OF_A_VERSION: Readonly<Partial<Record<Kind, Readonly<Record<string, string>>>>> = {
  serverless: { instance: NO_INSTANCES, instances: NO_INSTANCES },
  none: {
    variant: NO_ENDPOINT,
    weight: NO_ENDPOINT,
    shadow: NO_ENDPOINT,
    instance: NO_ENDPOINT,
    instances: NO_ENDPOINT,
    startupSeconds: NO_ENDPOINT,
  },
  'multi-model': { weight: 'clients name the model that they ask: there are no shares' },
};
/** What all models of a multi-model endpoint have in common: its one variant. */
const SHARED = ['variant', 'instance', 'instances', 'scaling', 'startupSeconds'] as const;

/** Throws SAGEMAKER_UNSUPPORTED for the first of them. `written`: the document before defaults were filled in. */
export function refuseIgnoredSettings(written: unknown, document: SageMakerDocument): void {
  const given = isRecord(written) ? written : {};
  const versions = Array.isArray(given['versions']) ? (given['versions'] as readonly Written[]) : [];
  for (const [i, version] of versions.entries()) {
    for (const [key, reason] of Object.entries(OF_A_VERSION[document.kind] ?? {}))
      if (says(version, key)) refuse(`versions[${i}].${key}`, reason);
    if (document.kind === 'multi-model' && i > 0) refuseOfItsOwn(document, version, i);
  }
  if (isRecord(given['update'])) refuseInUpdate(given['update'], document);
  if (document.kind === 'none' && document.kmsKey !== null && document.batch.length === 0)
    refuse('kmsKey', 'neither an endpoint nor a batch transform has a volume that it could be for');
}

const says = (from: Written, key: string): boolean =>
  from[key] !== undefined && from[key] !== null && from[key] !== false;

function refuse(setting: string, reason: string): never {
  throw new PlimsollError('SAGEMAKER_UNSUPPORTED', { setting, reason });
}

function refuseOfItsOwn({ versions }: SageMakerDocument, written: Written, i: number): void {
  const [first, own] = [elementAt(versions, 0), elementAt(versions, i)];
  for (const key of SHARED)
    if (says(written, key) && JSON.stringify(own[key]) !== JSON.stringify(first[key]))
      refuse(
        `versions[${i}].${key}`,
        'all models of a multi-model endpoint are one variant: its settings are those of versions[0]',
      );
}

function refuseInUpdate(written: Written, { update }: SageMakerDocument): void {
  if (update?.strategy === 'all-at-once' && says(written, 'percent'))
    refuse('update.percent', 'with strategy all-at-once, traffic moves in one step');
  if (update?.strategy === 'rolling' && says(written, 'bakeSeconds'))
    refuse('update.bakeSeconds', 'with strategy rolling, no old fleet is left that could be kept');
}
