import { Backoff } from '../../core/backoff.ts';
import { neverReady, removed, resourceFailed, staysTaken } from './failures.ts';
import { idOf, specDigest } from './key.ts';
import { inOrder, inOrderOfRemoval } from './order.ts';
import { type DeploymentState, deploymentPlanOf, stepFor } from './plan.ts';
import type {
  CloudProvider,
  DeploymentPlan,
  ObservedResource,
  PlanStep,
  Resource,
  ResourceKey,
} from './port.ts';

/** What is to be there. */
export interface Deployment {
  /** Its name; everything that it makes carries it. */
  readonly name: string;
  readonly resources: readonly Resource[];
  /** Kinds in the order in which they are made; they go the other way. */
  readonly kinds: readonly string[];
}

export interface ApplyPorts {
  readonly cloud: CloudProvider;
  /** Milliseconds of a steady clock, and a wait that ends early where it is told to. */
  readonly monotonic: () => number;
  readonly sleep: (millis: number) => Promise<void>;
  /** Told before each step, and what it waits for. */
  readonly onStep?: ((step: PlanStep) => void) | undefined;
  /** Milliseconds that one resource may take. @default {3600000} */
  readonly waitMillis?: number | undefined;
}

/** What has been done, by `idOf`. */
export interface AppliedChanges {
  readonly created: readonly string[];
  readonly updated: readonly string[];
  readonly replaced: readonly string[];
  readonly removed: readonly string[];
}

const WAIT_MILLIS = 3_600_000;
const POLL = { firstMillis: 250, maxMillis: 15_000 };
/** What has been made is seen by then, however slowly a cloud tells all of itself. */
const UNSEEN_MILLIS = 60_000;

/** What there is of a deployment. */
export async function observeDeployment(
  { name, resources, kinds }: Deployment,
  cloud: CloudProvider,
): Promise<DeploymentState> {
  const observed = new Map<string, ObservedResource>();
  for (const resource of resources) {
    const seen = await cloud.observe(resource);
    if (seen !== null) observed.set(idOf(resource), seen);
  }
  return { deployment: name, desired: resources, observed, owned: await cloud.owned(name), kinds };
}

/** What `apply` would do now; changes nothing. Throws CLOUD_NAME_TAKEN, and what the cloud throws. */
export const plan = async (deployment: Deployment, cloud: CloudProvider): Promise<DeploymentPlan> =>
  deploymentPlanOf(await observeDeployment(deployment, cloud));

/**
 * Makes the cloud what it is to be: observes, does the first thing that is missing, waits, observes again. So it may be
 * ended at any moment and started again, from anywhere; what is done already is not done twice. Throws CLOUD_NAME_TAKEN,
 * CLOUD_FAILED where the cloud could not make something, CLOUD_TIMEOUT, and what the cloud throws.
 */
export async function applyDeployment(deployment: Deployment, ports: ApplyPorts): Promise<AppliedChanges> {
  const { name, resources, kinds } = deployment;
  const done = { created: new Set<string>(), updated: new Set<string>(), replaced: new Set<string>() };
  // Names that are somebody else's are found before anything is changed.
  deploymentPlanOf(await observeDeployment(deployment, ports.cloud));
  for (const resource of inOrder(resources)) await settle(name, resource, ports, done);
  const wanted = new Set(resources.map(idOf));
  const owned = await ports.cloud.owned(name);
  const left = inOrderOfRemoval(
    owned.filter((key) => !wanted.has(idOf(key))),
    kinds,
  );
  for (const key of left) await removeKey(key, ports, 'nothing of the deployment needs it any more');
  return {
    created: [...done.created],
    updated: [...done.updated],
    replaced: [...done.replaced],
    removed: left.map(idOf),
  };
}

/** Removes everything that carries the deployment's mark, and nothing else. Throws as `apply` does. */
export async function destroy(
  { name, kinds }: Pick<Deployment, 'name' | 'kinds'>,
  ports: ApplyPorts,
): Promise<readonly string[]> {
  const keys = inOrderOfRemoval(await ports.cloud.owned(name), kinds);
  for (const key of keys) await removeKey(key, ports, 'the deployment is taken away');
  return keys.map(idOf);
}

type Done = Readonly<Record<'created' | 'updated' | 'replaced', Set<string>>>;

/** Goes on until one resource is ready from its spec. */
async function settle(deployment: string, resource: Resource, ports: ApplyPorts, done: Done): Promise<void> {
  const { cloud, onStep } = ports;
  const id = idOf(resource);
  const marks = { deployment, digest: specDigest(resource) };
  const pause = pauses(resource, ports);
  let given = false;
  let unseenSince: number | null = null;
  for (;;) {
    const seen = (await cloud.observe(resource)) ?? undefined;
    unseenSince = given && seen === undefined ? (unseenSince ?? ports.monotonic()) : null;
    if (unseenSince !== null && ports.monotonic() - unseenSince >= UNSEEN_MILLIS) throw removed(resource);
    const step = stepFor(deployment, resource, seen);
    if (step === null) return;
    if (seen?.state === 'failed' && given) throw resourceFailed(resource, seen);
    if (seen?.state === 'failed' && seen.remains) throw staysTaken(resource, seen);
    if (step.action === 'wait' || seen?.state === 'deleting' || (given && seen === undefined)) {
      onStep?.({ action: 'wait', resource, because: step.because });
      await pause();
      continue;
    }
    // Somebody writes over it, or the cloud keeps it otherwise than it was given: not as fast as one can ask.
    if (given) await pause();
    onStep?.(step);
    if (step.action === 'replace') {
      await removeKey(resource, ports, step.because);
      done.replaced.add(id);
    } else if (step.action === 'update') {
      await cloud.update(resource, marks);
      done.updated.add(id);
      given = true;
    } else {
      await cloud.create(resource, marks);
      if (!done.replaced.has(id)) done.created.add(id);
      given = true;
    }
  }
}

async function removeKey(key: ResourceKey, ports: ApplyPorts, because: string): Promise<void> {
  const { cloud, onStep } = ports;
  const pause = pauses(key, ports);
  onStep?.({ action: 'remove', key: { kind: key.kind, name: key.name }, because });
  let asked = false;
  for (;;) {
    const seen = await cloud.observe(key);
    if (seen === null || (seen.remains && (seen.state === 'ready' || seen.state === 'failed'))) return;
    if (seen.state === 'failed' && asked) throw resourceFailed(key, seen);
    if (seen.state !== 'deleting' && !asked) {
      await cloud.remove(key);
      asked = true;
    } else await pause();
  }
}

/** Waits a little longer each time. Throws CLOUD_TIMEOUT when it has been too long in all. */
function pauses(key: ResourceKey, { monotonic, sleep, waitMillis = WAIT_MILLIS }: ApplyPorts) {
  const until = monotonic() + waitMillis;
  const backoff = new Backoff(POLL);
  return async (): Promise<void> => {
    if (monotonic() >= until) throw neverReady(key, waitMillis);
    await sleep(backoff.fail());
  };
}
