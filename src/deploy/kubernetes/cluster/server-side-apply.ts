import { valueOfKey } from '../../../core/element-at.ts';
import { PlimsollError } from '../../../core/errors.ts';
import { idOf } from '../../plan/key.ts';
import type { OwnershipTags, Resource, ResourceKey } from '../../plan/port.ts';
import { apiPathOf, KUBERNETES_KINDS } from '../kinds.ts';
import { DEPLOYMENT_LABEL, DIGEST_ANNOTATION, type KubernetesObject, NAMESPACE_LABEL } from '../manifest.ts';
import type { ApiAnswer, ClusterApi } from './api.ts';
import { COUNTERS, FIELD_MANAGER, ROLLOUT_MANAGER, SCALER_MANAGER } from './field-managers.ts';
import { conflictsOf, liveValueAt, managersOf, recordsAt } from './live.ts';
import { keptRules } from './preserved-rules.ts';
import { refusal } from './refusal.ts';
import { type PodRetry, tried } from './retry.ts';
import { ScalerMigration } from './scalers.ts';

export interface WriterOptions {
  readonly api: ClusterApi;
  /** Everything that is wanted, in which what belongs together is found. */
  readonly resources: readonly Resource[];
  /** Takes fields over that others own. */
  readonly force: boolean;
}

const APPLY = 'application/apply-patch+yaml';
/** Times that a route is read again because somebody has written in between. */
const TRIES = 4;

/**
 * Writes objects by server-side apply: fields that others own are never taken without a word, KUBERNETES_CONFLICT names them with
 * their owners (https://kubernetes.io/docs/reference/using-api/server-side-apply/).
 */
export class ServerSideApply {
  readonly #api: ClusterApi;
  readonly #force: boolean;
  readonly #scalers: ScalerMigration;

  constructor({ api, resources, force }: WriterOptions) {
    this.#api = api;
    this.#force = force;
    this.#scalers = new ScalerMigration(api, resources);
  }

  /** Throws KUBERNETES_CONFLICT, CLOUD_REFUSED and what the API throws. */
  async apply(resource: Resource, marks: OwnershipTags, again?: PodRetry): Promise<void> {
    await this.#scalers.makeRoom(resource, marks.deployment);
    const object = markedObject(resource, marks, this.#api.namespace);
    if (resource.kind === 'Deployment') await this.#applyPods(resource, object, marks.deployment, again);
    else if (resource.kind === 'HTTPRoute') await this.#applyRoute(resource, object);
    else await this.#patch(resource, object, FIELD_MANAGER);
  }

  /** The number of pods is the scaler's, where there is one; it begins with one that requests can come to. */
  async #applyPods(
    resource: Resource,
    wanted: KubernetesObject,
    deployment: string,
    again: PodRetry | undefined,
  ): Promise<void> {
    const live = await readObject(this.#api, resource);
    const object = tried(wanted, live, again);
    if (live !== null) await this.#handReplicasOver(resource, live);
    const pods = await this.#scalers.podsWanted(resource, live, deployment);
    const isFirst = live === null && pods !== null;
    const given = isFirst ? { ...object, spec: { ...(object['spec'] as object), replicas: pods } } : object;
    if (hasImageVolume(object)) await this.#tryVolumes(resource, given);
    const answer = await this.#send(resource, given, FIELD_MANAGER);
    const conflicts = conflictsOf(answer.body);
    const isCounted =
      conflicts.length > 0 &&
      conflicts.every(({ field, manager }) => field === '.spec.replicas' && COUNTERS.includes(manager));
    // What a scaler of ours has counted is ours to say once it has gone.
    if (isCounted && (await this.#scalers.retire(resource.name, deployment)))
      return this.#patch(resource, given, FIELD_MANAGER, true);
    check(answer, resource);
    if (pods !== null && !isFirst) await this.#count(resource, pods, true);
  }

  /** Whether requests would come to fewer pods than they need. */
  async lacksPods(
    resource: Resource,
    live: Readonly<Record<string, unknown>>,
    deployment: string,
  ): Promise<boolean> {
    return (await this.#scalers.podsWanted(resource, live, deployment)) !== null;
  }

  /** Says a number of pods for the scaler, who may say another one. */
  #count({ kind, name, spec }: Resource, replicas: unknown, force = this.#force): Promise<void> {
    const { apiVersion } = spec;
    const body = { apiVersion, kind, metadata: { name }, spec: { replicas } };
    return this.#patch({ kind, name }, body, SCALER_MANAGER, force);
  }

  /** A server that does not know images as volumes drops them without a word (KEP-4639): what it would keep says so. */
  async #tryVolumes(resource: Resource, object: KubernetesObject): Promise<void> {
    const dry = await this.#send(resource, object, FIELD_MANAGER, true, { dryRun: 'All' });
    if (dry.status >= 300 || hasImageVolume(dry.body)) return;
    const reason = 'it would drop the image as a volume without a word, as releases before 1.35 do';
    throw new PlimsollError('CLOUD_REFUSED', { action: `apply ${idOf(resource)}`, reason });
  }

  /** Where a rollout owns the rules, they keep its shares, as they are at the moment of writing. */
  async #applyRoute(resource: Resource, object: KubernetesObject): Promise<void> {
    for (let tries = TRIES; ; tries--) {
      const kept = keptRules(object, await readObject(this.#api, resource));
      if (kept === null) return this.#patch(resource, object, FIELD_MANAGER);
      const answer = await this.#send(resource, kept.rules, ROLLOUT_MANAGER);
      if (answer.status === 409 && conflictsOf(answer.body).length === 0 && tries > 0) continue;
      check(answer, resource);
      return this.#patch(resource, kept.rest, FIELD_MANAGER);
    }
  }

  /**
   * A field that its only owner gives up falls back to its default: the number of pods to one. Where a scaler is to count them
   * from now on, it begins with as many as there are.
   */
  async #handReplicasOver(resource: Resource, live: Readonly<Record<string, unknown>>): Promise<void> {
    if (liveValueAt(resource.spec, 'spec', 'replicas') !== undefined) return;
    if (!managersOf(live, 'f:spec', 'f:replicas').includes(FIELD_MANAGER)) return;
    await this.#count(resource, liveValueAt(live, 'spec', 'replicas'));
  }

  async #patch(key: ResourceKey, body: object, manager: string, force = this.#force): Promise<void> {
    check(await this.#send(key, body, manager, force), key);
  }

  #send(
    key: ResourceKey,
    body: object,
    manager: string,
    force = this.#force,
    more: Readonly<Record<string, string>> = {},
  ): Promise<ApiAnswer> {
    return this.#api.send({
      method: 'PATCH',
      path: apiPathOf(key.kind, this.#api.namespace, key.name),
      query: { fieldManager: manager, force: String(force), fieldValidation: 'Strict', ...more },
      body,
      contentType: APPLY,
    });
  }
}

/** null where there is none. Throws what a refusal means. */
export async function readObject(
  api: ClusterApi,
  key: ResourceKey,
): Promise<Readonly<Record<string, unknown>> | null> {
  const answer = await api.send({ method: 'GET', path: apiPathOf(key.kind, api.namespace, key.name) });
  if (answer.status === 404) return null;
  if (answer.status !== 200) throw refusal(answer, `look at ${idOf(key)}`, key);
  return { kind: key.kind, ...answer.body };
}

function check(answer: ApiAnswer, key: ResourceKey): void {
  if (answer.status >= 300) throw refusal(answer, `apply ${idOf(key)}`, key);
}

const hasImageVolume = (deployment: unknown): boolean =>
  recordsAt(deployment, 'spec', 'template', 'spec', 'volumes').some(({ image }) => image != null);

function markedObject(
  { kind, spec }: Resource,
  { deployment, digest }: OwnershipTags,
  namespace: string,
): KubernetesObject {
  const object = spec as unknown as KubernetesObject;
  const { labels, annotations } = object.metadata;
  const here = valueOfKey(KUBERNETES_KINDS, kind).namespaced ? {} : { [NAMESPACE_LABEL]: namespace };
  return {
    ...object,
    metadata: {
      ...object.metadata,
      labels: { ...labels, [DEPLOYMENT_LABEL]: deployment, ...here },
      annotations: { ...annotations, [DIGEST_ANNOTATION]: digest },
    },
  };
}
