import { valueOfKey } from '../../../core/element-at.ts';
import { idOf, specDigest } from '../../plan/key.ts';
import type {
  CloudProvider,
  ObservedResource,
  OwnershipTags,
  Resource,
  ResourceKey,
} from '../../plan/port.ts';
import { apiPathOf, KIND_ORDER, KUBERNETES_KINDS } from '../kinds.ts';
import { DEPLOYMENT_LABEL, NAMESPACE_LABEL } from '../manifest.ts';
import type { ClusterApi } from './api.ts';
import { forbiddenPods, liveValueAt, observedOf, recordsAt } from './live.ts';
import { PodWords } from './pod-conditions.ts';
import { refusal } from './refusal.ts';
import type { PodRetry } from './retry.ts';
import { readObject, ServerSideApply, type WriterOptions } from './server-side-apply.ts';

/** Kinds that end with their pods, so that those are gone before what guards them is. */
const WITH_PODS: readonly string[] = ['Deployment', 'Job', 'CronJob'];

/** Looks until what a cluster has said of pods is of those that were asked for since: about four seconds. */
const PATIENT_LOOKS = 4;

/** A namespace of a cluster. Where `resources` are wanted, a change of one need not wait for the one before. */
export class ClusterCloud implements CloudProvider {
  readonly #api: ClusterApi;
  readonly #writer: ServerSideApply;
  readonly #resources: readonly Resource[];
  readonly #wanted: ReadonlyMap<string, string>;
  readonly #pods: PodWords;
  /** What this process has given its spec, with looks at pods that are forbidden since: only of those is a failure our own. */
  readonly #given = new Map<string, number>();
  /** Deployments that had failed when this process came, and what has to try again. */
  readonly #again = new Map<string, PodRetry>();

  constructor(options: WriterOptions) {
    const { api, resources } = options;
    this.#api = api;
    this.#writer = new ServerSideApply(options);
    this.#resources = resources;
    this.#wanted = new Map(resources.map((resource) => [idOf(resource), specDigest(resource)]));
    this.#pods = new PodWords(api);
  }

  async observe(key: ResourceKey): Promise<ObservedResource | null> {
    const object = await readObject(this.#api, key);
    if (object === null) return null;
    const seen = this.#ofHere(key, object);
    const wanted = this.#wanted.get(idOf(key));
    if (seen.state === 'pending' && wanted !== undefined && seen.digest !== wanted)
      return { ...seen, state: 'ready' };
    // A job that came to nothing is told, and not run again by itself: it may have written rows.
    if (key.kind === 'Job' && seen.state === 'failed' && wanted !== undefined)
      return { ...seen, state: 'ready' };
    if (seen.state === 'ready' && (await this.#lacksPods(key, object))) return { ...seen, digest: null };
    const told = key.kind === 'Deployment' ? await this.#withWords(key, object, seen) : seen;
    return told.state === 'failed' ? this.#failed(key, told, object) : told;
  }

  /** A version that takes over gets the pods of the one before, before it gets its requests. */
  async #lacksPods(key: ResourceKey, object: Readonly<Record<string, unknown>>): Promise<boolean> {
    const resource = this.#resources.find((one) => idOf(one) === idOf(key));
    const owner = liveValueAt(resource?.spec, 'metadata', 'labels', DEPLOYMENT_LABEL);
    if (resource?.kind !== 'Deployment' || typeof owner !== 'string') return false;
    return this.#writer.lacksPods(resource, object, owner);
  }

  /** An object of the whole cluster belongs to a deployment of one namespace, whatever others there are of its name. */
  #ofHere(key: ResourceKey, object: Readonly<Record<string, unknown>>): ObservedResource {
    const seen = observedOf(object);
    if (valueOfKey(KUBERNETES_KINDS, key.kind).namespaced || seen.owner === null) return seen;
    const namespace = liveValueAt(object, 'metadata', 'labels', NAMESPACE_LABEL);
    if (namespace === this.#api.namespace) return seen;
    return { ...seen, owner: `${seen.owner} in namespace ${String(namespace)}` };
  }

  async #withWords(
    key: ResourceKey,
    object: Readonly<Record<string, unknown>>,
    seen: ObservedResource,
  ): Promise<ObservedResource> {
    if (seen.state === 'pending') {
      const stuck = this.#forbidden(idOf(key), object) ?? (await this.#pods.stuck(object));
      return stuck === null ? seen : { ...seen, state: 'failed', reason: stuck };
    }
    const late = seen.state === 'failed' ? await this.#pods.late(object) : null;
    return late === null ? seen : { ...seen, reason: `${seen.reason} ${late}` };
  }

  /** Somebody may have mended it since: it is tried again, and believed only some looks after that. */
  #forbidden(id: string, object: Readonly<Record<string, unknown>>): string | null {
    const why = forbiddenPods(object);
    if (why === null) return null;
    const looks = this.#given.get(id);
    if (looks === undefined) return why;
    this.#given.set(id, looks + 1);
    return looks < PATIENT_LOOKS ? null : why;
  }

  /**
   * To remove a Deployment that has failed would take the pods of its last good template with it: it is written over. Where
   * nothing about it is new, somebody may have mended what it needs, so it is tried again.
   */
  #failed(
    key: ResourceKey,
    seen: ObservedResource,
    object: Readonly<Record<string, unknown>>,
  ): ObservedResource {
    const id = idOf(key);
    const isOurs = this.#given.has(id) || !this.#wanted.has(id);
    if (isOurs) return seen;
    if (seen.digest === this.#wanted.get(id))
      this.#again.set(id, forbiddenPods(object) === null ? 'pods' : 'controllers');
    return { ...seen, state: 'ready', digest: null };
  }

  async owned(deployment: string): Promise<readonly ResourceKey[]> {
    const found = await Promise.all(KIND_ORDER.map((kind) => this.#ownedOf(kind, deployment)));
    return found.flat();
  }

  async create(resource: Resource, marks: OwnershipTags): Promise<void> {
    const id = idOf(resource);
    await this.#writer.apply(resource, marks, this.#again.get(id));
    this.#given.set(id, 0);
  }

  update(resource: Resource, marks: OwnershipTags): Promise<void> {
    return this.create(resource, marks);
  }

  async remove(key: ResourceKey): Promise<void> {
    const path = apiPathOf(key.kind, this.#api.namespace, key.name);
    const answer = await this.#api.send({
      method: 'DELETE',
      path,
      query: { propagationPolicy: WITH_PODS.includes(key.kind) ? 'Foreground' : 'Background' },
    });
    if (answer.status !== 404 && answer.status >= 300) throw refusal(answer, `remove ${idOf(key)}`, key);
  }

  async #ownedOf(kind: string, deployment: string): Promise<readonly ResourceKey[]> {
    const here = valueOfKey(KUBERNETES_KINDS, kind).namespaced
      ? ''
      : `,${NAMESPACE_LABEL}=${this.#api.namespace}`;
    const query = { labelSelector: `${DEPLOYMENT_LABEL}=${deployment}${here}` };
    const path = apiPathOf(kind, this.#api.namespace);
    const answer = await this.#api.send({ method: 'GET', path, query });
    // A kind that the cluster does not know, or that we may not list, is none that we can have made.
    if (answer.status === 404 || (answer.status === 403 && KUBERNETES_KINDS[kind]?.from !== null)) return [];
    if (answer.status !== 200)
      throw refusal(answer, `list ${KUBERNETES_KINDS[kind]?.plural}`, { kind, name: '*' });
    return recordsAt(answer.body, 'items').flatMap((item) => {
      const name = liveValueAt(item, 'metadata', 'name');
      // What a controller has made of ours goes with it.
      const isMade = recordsAt(item, 'metadata', 'ownerReferences').length > 0;
      return typeof name === 'string' && !isMade ? [{ kind, name }] : [];
    });
  }
}
