import { PlimsollError } from '../../core/errors.ts';
import { idOf, specDigest } from './key.ts';
import { inOrder, inOrderOfRemoval } from './order.ts';
import type { DeploymentPlan, ObservedResource, PlanStep, Resource, ResourceKey } from './port.ts';

/** What a deployment is to be, and what there is. */
export interface DeploymentState {
  readonly deployment: string;
  readonly desired: readonly Resource[];
  /** By `idOf`; what is not in it is not there. */
  readonly observed: ReadonlyMap<string, ObservedResource>;
  /** Everything that carries the deployment's mark. */
  readonly owned: readonly ResourceKey[];
  /** Kinds in the order in which they are made. */
  readonly kinds: readonly string[];
}

/**
 * What has to be done, in order: nothing is removed before everything that is to come is there. Pure. Throws
 * CLOUD_NAME_TAKEN where a name is somebody else's: nothing is ever taken from others.
 */
export function deploymentPlanOf({
  deployment,
  desired,
  observed,
  owned,
  kinds,
}: DeploymentState): DeploymentPlan {
  const unchanged: ResourceKey[] = [];
  const steps: PlanStep[] = [];
  for (const resource of inOrder(desired)) {
    const step = stepFor(deployment, resource, observed.get(idOf(resource)));
    if (step === null) unchanged.push({ kind: resource.kind, name: resource.name });
    else steps.push(step);
  }
  const wanted = new Set(desired.map(idOf));
  const left = owned.filter((key) => !wanted.has(idOf(key)));
  const because = 'nothing of the deployment needs it any more';
  for (const key of inOrderOfRemoval(left, kinds)) steps.push({ action: 'remove', key, because });
  return { deployment, steps, unchanged };
}

/** The next thing to do about one resource, or null where it is as it should be. Throws CLOUD_NAME_TAKEN. */
export function stepFor(
  deployment: string,
  resource: Resource,
  seen: ObservedResource | undefined,
): PlanStep | null {
  if (seen === undefined) return { action: 'create', resource, because: 'it is not there' };
  if (seen.owner !== deployment) throw taken(resource, seen);
  const { state, digest, reason } = seen;
  if (state === 'failed')
    return { action: 'replace', resource, because: `it has failed: ${reason ?? 'no reason given'}` };
  if (state === 'deleting') return { action: 'replace', resource, because: 'it is being removed' };
  const isSame = digest === specDigest(resource);
  if (state === 'pending')
    return { action: 'wait', resource, because: isSame ? 'it is being made' : 'it is being changed' };
  if (isSame) return null;
  const because = 'it was made from something else';
  return { action: resource.isMutable ? 'update' : 'replace', resource, because };
}

function taken({ kind, name }: Resource, { owner }: ObservedResource): PlimsollError {
  const by = owner === null ? 'nobody that Plimsoll knows' : `the deployment ${owner}`;
  return new PlimsollError('CLOUD_NAME_TAKEN', { kind, name, by });
}
