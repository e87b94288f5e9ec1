/**
 * What kinds of endpoints do not have: refused by name, since a setting that is dropped is one that somebody relies on.
 * Pure. Sources: docs.aws.amazon.com/sagemaker/latest/dg: deployment-guardrails-exclusions, shadow-tests-exclusions,
 * serverless-endpoints (feature exclusions), async-inference, multi-model-endpoints.
 */
import { PlimsollError } from '../../core/errors.ts';
import type { SageMakerDocument, SageMakerVersion, UpdateSettings } from './document.ts';

/** Families with accelerators: the image has no runtime for them. */
const ACCELERATED = /^ml\.(p|g|inf|trn)\d/;
/** Families with Graviton: the image is for linux/amd64. */
const ARM = /^ml\.(m|c|r)\d+g[a-z]*\./;
const INF1 = /^ml\.inf1\./;
/** Families with disks of their own, which a chip of theirs encrypts: `m5d`, `c6id`, `r5dn`. */
const OWN_DISKS = /^ml\.[a-z]+\d+[a-z]*d[a-z]*\./;

/** Throws SAGEMAKER_UNSUPPORTED for the first of them. */
export function refuseUnsupportedBySageMaker(document: SageMakerDocument): void {
  const { kind, versions, batch, update } = document;
  for (const [i, version] of versions.entries()) {
    const at = (name: string): string => `versions[${i}].${name}`;
    refuseInstance(version.instance, at('instance'));
    refuseKey(document, version.instance, at('instance'));
    refuseByKind(document, version, at);
  }
  for (const [i, { instance }] of batch.entries()) {
    refuseInstance(instance, `batch[${i}].instance`);
    refuseKey(document, instance, `batch[${i}].instance`);
  }
  if (kind === 'serverless') refuseServerless(document);
  const production = versions.filter(({ shadow }) => !shadow);
  if (kind === 'async' && production.length > 1)
    refuse('several versions', 'an asynchronous endpoint has one production variant');
  refuseShadows(document);
  if (document.async !== null && kind !== 'async') refuse('async', `it is for kind: async, not for ${kind}`);
  if (update !== null) refuseUpdate(document, update);
}

function refuse(setting: string, reason: string): never {
  throw new PlimsollError('SAGEMAKER_UNSUPPORTED', { setting, reason });
}

function refuseInstance(instance: string, setting: string): void {
  if (ACCELERATED.test(instance))
    refuse(
      `${setting} ${instance}`,
      'the image runs on processors only and would leave the accelerator idle',
    );
  if (ARM.test(instance))
    refuse(`${setting} ${instance}`, 'the image is for linux/amd64, these instances are arm64');
}

/** CreateEndpointConfig, KmsKeyId; TransformResources, VolumeKmsKeyId: "You can't request" one with local storage. */
function refuseKey({ kmsKey }: SageMakerDocument, instance: string, setting: string): void {
  if (kmsKey !== null && OWN_DISKS.test(instance))
    refuse(
      `kmsKey and ${setting} ${instance}`,
      'disks of these instances are encrypted by the hardware, with no other key',
    );
}

function refuseByKind(
  { kind }: SageMakerDocument,
  { scaling, serverless }: SageMakerVersion,
  at: (name: string) => string,
): void {
  if (serverless !== null && kind !== 'serverless')
    refuse(at('serverless'), `it is for kind: serverless, not for ${kind}`);
  if (scaling === null) return;
  if (kind === 'serverless')
    refuse(at('scaling'), 'a serverless endpoint has no instances: it scales by itself');
  if (kind === 'none') refuse(at('scaling'), 'there is no endpoint: kind is none');
  if (scaling.metric === 'backlog' && kind !== 'async')
    refuse(at('scaling.metric backlog'), 'only asynchronous endpoints have a queue');
  if (scaling.min === 0 && kind !== 'async')
    refuse(at('scaling.min 0'), 'only asynchronous endpoints can be without instances');
  if (scaling.metric === 'concurrency' && kind === 'async')
    refuse(at('scaling.metric concurrency'), 'asynchronous endpoints report no concurrency: use backlog');
}

function refuseServerless({ versions, networkIsolation, kmsKey, update }: SageMakerDocument): void {
  if (versions.length > 1) refuse('several versions', 'a serverless endpoint has one variant');
  if (networkIsolation) refuse('networkIsolation', 'serverless endpoints do not have it');
  if (kmsKey !== null) refuse('kmsKey', 'serverless endpoints have no volumes');
  if (update?.strategy === 'rolling')
    refuse('update.strategy rolling', 'serverless endpoints cannot be rolled');
}

function refuseShadows({ kind, versions }: SageMakerDocument): void {
  const shadows = versions.filter(({ shadow }) => shadow).length;
  if (shadows === 0) return;
  if (kind !== 'realtime') refuse('shadow', `endpoints of kind ${kind} have no shadow variants`);
  if (shadows > 1 || versions.length - shadows !== 1)
    refuse('shadow', 'with a shadow, there is exactly one production variant and one shadow');
  if (versions.some(({ shadow, scaling }) => shadow && scaling !== null))
    refuse('scaling of a shadow', 'shadow variants are no scalable targets');
}

function refuseUpdate(
  { kind, versions }: SageMakerDocument,
  { strategy, alarms, rollbackOn }: UpdateSettings,
): void {
  if (kind === 'none') refuse('update', 'there is no endpoint: kind is none');
  if (strategy === 'rolling' && versions.filter(({ shadow }) => !shadow).length > 1)
    refuse('update.strategy rolling', 'endpoints with several variants cannot be rolled');
  if (strategy !== 'all-at-once' && versions.some(({ instance }) => INF1.test(instance)))
    refuse(`update.strategy ${strategy}`, 'Inf1 instances change all at once');
  if (strategy !== 'all-at-once' && alarms.length + rollbackOn.length === 0)
    refuse(
      `update.strategy ${strategy}`,
      'without an alarm nothing would ever be rolled back: name one in update.alarms or update.rollbackOn',
    );
  if (alarms.length + rollbackOn.length * versions.length > 10)
    refuse('update', 'SageMaker heeds at most 10 alarms');
}
