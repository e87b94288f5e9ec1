import { PlimsollError } from '../../../core/errors.ts';
import type { Resource } from '../../plan/port.ts';
import { apiPathOf } from '../kinds.ts';
import { DEPLOYMENT_LABEL, VERSION_LABEL, versionedName } from '../manifest.ts';
import type { ClusterApi } from './api.ts';
import { liveValueAt, managersOf, recordsAt } from './live.ts';
import { refusal } from './refusal.ts';

type Json = Readonly<Record<string, unknown>>;

const HPA = 'HorizontalPodAutoscaler';
const KEDA = 'ScaledObject';

/** What counts the pods of Deployments, while one way of counting takes over from another. */
export class ScalerMigration {
  readonly #api: ClusterApi;
  readonly #wanted: readonly Resource[];

  constructor(api: ClusterApi, wanted: readonly Resource[]) {
    this.#api = api;
    this.#wanted = wanted;
  }

  /**
   * Before a scaler comes: two on one Deployment undo each other's work, so ours of the other kind goes first. Throws
   * CLOUD_REFUSED where somebody else's is there.
   */
  async makeRoom({ kind, name, spec }: Resource, deployment: string): Promise<void> {
    if (kind !== HPA && kind !== KEDA) return;
    const target = String(liveValueAt(spec, 'spec', 'scaleTargetRef', 'name'));
    const [other] = (await this.#scaling(target)).filter((one) => !isOf(one, deployment));
    if (other !== undefined) {
      const by = managersOf(other, 'f:spec').join(', ') || 'somebody';
      const reason = `the HorizontalPodAutoscaler ${String(liveValueAt(other, 'metadata', 'name'))} of ${by} scales the Deployment ${target} already: two scalers on one target undo each other's work`;
      throw new PlimsollError('CLOUD_REFUSED', { action: `apply ${kind}/${name}`, reason });
    }
    await this.#remove(kind === HPA ? KEDA : HPA, name, deployment);
  }

  /** Before a fixed number comes: what of ours has counted until now goes. False where somebody else's counts. */
  async retire(target: string, deployment: string): Promise<boolean> {
    const all = await this.#scaling(target);
    if (all.some((one) => !isOf(one, deployment))) return false;
    for (const kind of [KEDA, HPA]) await this.#remove(kind, target, deployment);
    return true;
  }

  /**
   * Pods that a Deployment has to have where a scaler is to count them: the least that it allows, and, of the version that
   * takes over, as many as the one before has, since requests come to it all at once. null where `live`, what is there of it,
   * has them, where the spec says a number, and where nothing counts.
   */
  async podsWanted(resource: Resource, live: Json | null, deployment: string): Promise<number | null> {
    if (liveValueAt(resource.spec, 'spec', 'replicas') !== undefined) return null;
    const scaler = this.#wanted.find(
      (one) =>
        (one.kind === HPA || one.kind === KEDA) &&
        liveValueAt(one.spec, 'spec', 'scaleTargetRef', 'name') === resource.name,
    );
    if (scaler === undefined) return null;
    const bound = (...names: readonly string[]): number =>
      Number(
        names.map((field) => liveValueAt(scaler.spec, 'spec', field)).find((value) => value != null) ?? 1,
      );
    const before = Math.min(
      await this.#podsBefore(resource, deployment),
      bound('maxReplicas', 'maxReplicaCount'),
    );
    const least = live === null ? Math.max(1, bound('minReplicas', 'minReplicaCount')) : 0;
    const wanted = Math.max(least, before);
    return wanted > Number(liveValueAt(live, 'spec', 'replicas') ?? 0) ? wanted : null;
  }

  /** Pods of the version that the stable service points to now, where it is to point to this one. */
  async #podsBefore({ spec }: Resource, deployment: string): Promise<number> {
    const version = liveValueAt(spec, 'metadata', 'labels', VERSION_LABEL);
    const service = this.#wanted.find((one) => one.kind === 'Service' && one.name === deployment);
    if (version === undefined || selected(service?.spec) !== version) return 0;
    const now = selected(await this.#read('Service', deployment));
    if (now === version || !(Number(now) > 0)) return 0;
    const live = await this.#read('Deployment', versionedName(deployment, Number(now)));
    return Number(liveValueAt(live, 'spec', 'replicas') ?? 0);
  }

  async #scaling(target: string): Promise<readonly Json[]> {
    const path = apiPathOf(HPA, this.#api.namespace);
    const answer = await this.#api.send({ method: 'GET', path });
    if (answer.status !== 200)
      throw refusal(answer, 'list horizontalpodautoscalers', { kind: HPA, name: '*' });
    return recordsAt(answer.body, 'items').filter(
      (item) =>
        liveValueAt(item, 'spec', 'scaleTargetRef', 'name') === target &&
        liveValueAt(item, 'spec', 'scaleTargetRef', 'kind') === 'Deployment',
    );
  }

  async #read(kind: string, name: string): Promise<Json | null> {
    const { status, body } = await this.#api.send({
      method: 'GET',
      path: apiPathOf(kind, this.#api.namespace, name),
    });
    return status === 200 ? body : null;
  }

  /** Only what we have made ourselves; what a controller has made of it goes with it. */
  async #remove(kind: string, name: string, deployment: string): Promise<void> {
    const live = await this.#read(kind, name);
    if (live === null || !isOf(live, deployment)) return;
    if (recordsAt(live, 'metadata', 'ownerReferences').length > 0) return;
    const path = apiPathOf(kind, this.#api.namespace, name);
    const query = { propagationPolicy: 'Background' };
    const answer = await this.#api.send({ method: 'DELETE', path, query });
    if (answer.status !== 404 && answer.status >= 300)
      throw refusal(answer, `remove ${kind}/${name}`, { kind, name });
  }
}

const isOf = (object: Json, deployment: string): boolean =>
  liveValueAt(object, 'metadata', 'labels', DEPLOYMENT_LABEL) === deployment;

const selected = (service: Json | null | undefined): unknown =>
  liveValueAt(service, 'spec', 'selector', VERSION_LABEL);
