import { PlimsollError } from '../../../core/errors.ts';
import { specDigest } from '../../plan/key.ts';
import type { Cloud, Marks, Observed, Resource, ResourceKey } from '../../plan/port.ts';
import { KIND_ORDER, KINDS, pathOf } from '../kinds.ts';
import { DEPLOYMENT_LABEL, DIGEST_ANNOTATION, type KubernetesObject } from '../manifest.ts';
import type { ApiAnswer, ClusterApi } from './api.ts';
import { keptRules, ROLLOUT_MANAGER } from './kept-rules.ts';
import { conflictsOf, managersOf, observedOf, recordsAt, valueAt } from './live.ts';
import { stuckPod } from './stuck-pods.ts';

/** Name under which `deploy` owns fields. */
export const FIELD_MANAGER = 'plimsoll';
/** Keeps the number of pods while one scaler has gone and the next has not yet come. */
const SCALER_MANAGER = 'plimsoll-scaler';
const APPLY = 'application/apply-patch+yaml';

export interface ClusterOptions {
  readonly api: ClusterApi;
  /** What is wanted, where it is known: a change of it need not wait for the one before. */
  readonly resources: readonly Resource[];
  /** Takes fields over that others own. */
  readonly force: boolean;
}

/**
 * A namespace of a cluster. Everything is written by server-side apply: fields that others own are never taken without a word,
 * KUBERNETES_CONFLICT names them with their owners (https://kubernetes.io/docs/reference/using-api/server-side-apply/).
 */
export class Cluster implements Cloud {
  readonly #api: ClusterApi;
  readonly #force: boolean;
  readonly #wanted: ReadonlyMap<string, string>;
  /** What this process has given its spec: only of those is a failure our own. */
  readonly #given = new Set<string>();

  constructor({ api, resources, force }: ClusterOptions) {
    this.#api = api;
    this.#force = force;
    this.#wanted = new Map(resources.map((resource) => [idIn(resource), specDigest(resource)]));
  }

  async observe(key: ResourceKey): Promise<Observed | null> {
    const object = await this.#read(key);
    if (object === null) return null;
    const seen = observedOf(object);
    const wanted = this.#wanted.get(idIn(key));
    if (seen.state === 'pending' && wanted !== undefined && seen.digest !== wanted)
      return { ...seen, state: 'ready' };
    const stuck = seen.state === 'pending' && key.kind === 'Deployment' ? await this.#stuckPod(object) : null;
    if (stuck !== null) return this.#failed(key, { ...seen, state: 'failed', reason: stuck });
    return seen.state === 'failed' ? this.#failed(key, seen) : seen;
  }

  /** To remove a Deployment that has failed would take the pods of its last good template with it: it is written over. */
  #failed(key: ResourceKey, seen: Observed): Observed {
    const id = idIn(key);
    const isOurs = this.#given.has(id) || !this.#wanted.has(id);
    return isOurs ? seen : { ...seen, state: 'ready', digest: null };
  }

  /** null, too, where we may not look at pods. */
  async #stuckPod(deployment: Readonly<Record<string, unknown>>): Promise<string | null> {
    const labels = valueAt(deployment, 'spec', 'selector', 'matchLabels') ?? {};
    const labelSelector = Object.entries(labels)
      .map(([name, value]) => `${name}=${value}`)
      .join(',');
    const path = `/api/v1/namespaces/${encodeURIComponent(this.#api.namespace)}/pods`;
    const { body } = await this.#api.send({ method: 'GET', path, query: { labelSelector } });
    return stuckPod(deployment, recordsAt(body, 'items'));
  }

  async owned(deployment: string): Promise<readonly ResourceKey[]> {
    const found = await Promise.all(KIND_ORDER.map((kind) => this.#ownedOf(kind, deployment)));
    return found.flat();
  }

  async create(resource: Resource, marks: Marks): Promise<void> {
    await this.#refuseSecondScaler(resource, marks.deployment);
    await this.#apply(resource, marks);
  }

  update(resource: Resource, marks: Marks): Promise<void> {
    return this.create(resource, marks);
  }

  async remove(key: ResourceKey): Promise<void> {
    const path = pathOf(key.kind, this.#api.namespace, key.name);
    const answer = await this.#api.send({
      method: 'DELETE',
      path,
      query: { propagationPolicy: 'Background' },
    });
    if (answer.status !== 404 && answer.status >= 300) throw refusal(answer, `remove ${idIn(key)}`, key);
  }

  async #read(key: ResourceKey): Promise<Readonly<Record<string, unknown>> | null> {
    const answer = await this.#api.send({
      method: 'GET',
      path: pathOf(key.kind, this.#api.namespace, key.name),
    });
    if (answer.status === 404) return null;
    if (answer.status !== 200) throw refusal(answer, `look at ${idIn(key)}`, key);
    return { kind: key.kind, ...answer.body };
  }

  async #ownedOf(kind: string, deployment: string): Promise<readonly ResourceKey[]> {
    const query = { labelSelector: `${DEPLOYMENT_LABEL}=${deployment}` };
    const path = pathOf(kind, this.#api.namespace);
    const answer = await this.#api.send({ method: 'GET', path, query });
    // A kind that the cluster does not know, or that we may not list, is none that we can have made.
    if (answer.status === 404 || (answer.status === 403 && KINDS[kind]?.from !== null)) return [];
    if (answer.status !== 200) throw refusal(answer, `list ${KINDS[kind]?.plural}`, { kind, name: '*' });
    return recordsAt(answer.body, 'items').flatMap((item) => {
      const name = valueAt(item, 'metadata', 'name');
      // What a controller has made of ours goes with it.
      const isMade = recordsAt(item, 'metadata', 'ownerReferences').length > 0;
      return typeof name === 'string' && !isMade ? [{ kind, name }] : [];
    });
  }

  async #apply(resource: Resource, marks: Marks): Promise<void> {
    const object = marked(resource, marks);
    if (resource.kind === 'Deployment') await this.#handReplicasOver(resource);
    const kept = resource.kind === 'HTTPRoute' ? keptRules(object, await this.#read(resource)) : null;
    if (kept === null) await this.#patch(resource, object, FIELD_MANAGER);
    else {
      if (kept.rules !== null) await this.#patch(resource, kept.rules, ROLLOUT_MANAGER);
      await this.#patch(resource, kept.rest, FIELD_MANAGER);
    }
    this.#given.add(idIn(resource));
  }

  /**
   * A field that its only owner gives up falls back to its default: the number of pods to one. Where a scaler is to count them
   * from now on, it begins with as many as there are.
   */
  async #handReplicasOver(resource: Resource): Promise<void> {
    if (valueAt(resource.spec, 'spec', 'replicas') !== undefined) return;
    const live = await this.#read(resource);
    if (live === null || !managersOf(live, 'f:spec', 'f:replicas').includes(FIELD_MANAGER)) return;
    const { apiVersion, kind } = resource.spec;
    const spec = { replicas: valueAt(live, 'spec', 'replicas') };
    await this.#patch(
      resource,
      { apiVersion, kind, metadata: { name: resource.name }, spec },
      SCALER_MANAGER,
    );
  }

  async #patch(key: ResourceKey, body: object, manager: string): Promise<void> {
    const answer = await this.#api.send({
      method: 'PATCH',
      path: pathOf(key.kind, this.#api.namespace, key.name),
      query: { fieldManager: manager, force: String(this.#force), fieldValidation: 'Strict' },
      body,
      contentType: APPLY,
    });
    if (answer.status >= 300) throw refusal(answer, `apply ${idIn(key)}`, key);
  }

  /** Two scalers on one Deployment undo each other's work. Throws CLOUD_REFUSED. */
  async #refuseSecondScaler({ kind, name, spec }: Resource, deployment: string): Promise<void> {
    if (kind !== 'HorizontalPodAutoscaler' && kind !== 'ScaledObject') return;
    const target = valueAt(spec, 'spec', 'scaleTargetRef', 'name');
    const answer = await this.#api.send({
      method: 'GET',
      path: pathOf('HorizontalPodAutoscaler', this.#api.namespace),
    });
    const other = recordsAt(answer.body, 'items').find(
      (item) =>
        valueAt(item, 'spec', 'scaleTargetRef', 'name') === target &&
        valueAt(item, 'spec', 'scaleTargetRef', 'kind') === 'Deployment' &&
        valueAt(item, 'metadata', 'labels', DEPLOYMENT_LABEL) !== deployment,
    );
    if (other === undefined) return;
    const by = managersOf(other, 'f:spec').join(', ') || 'somebody';
    const reason = `the HorizontalPodAutoscaler ${String(valueAt(other, 'metadata', 'name'))} of ${by} scales the Deployment ${String(target)} already: two scalers on one target undo each other's work`;
    throw new PlimsollError('CLOUD_REFUSED', { action: `apply ${kind}/${name}`, reason });
  }
}

const idIn = ({ kind, name }: ResourceKey): string => `${kind}/${name}`;

function marked({ spec }: Resource, { deployment, digest }: Marks): KubernetesObject {
  const object = spec as unknown as KubernetesObject;
  const { labels, annotations } = object.metadata;
  return {
    ...object,
    metadata: {
      ...object.metadata,
      labels: { ...labels, [DEPLOYMENT_LABEL]: deployment },
      annotations: { ...annotations, [DIGEST_ANNOTATION]: digest },
    },
  };
}

/** What an answer that is no success means. */
function refusal({ status, body }: ApiAnswer, action: string, { kind, name }: ResourceKey): PlimsollError {
  const conflicts = conflictsOf(body);
  if (conflicts.length > 0) {
    const list = conflicts.map(({ field, manager }) => `${field}: ${manager}`);
    return new PlimsollError('KUBERNETES_CONFLICT', { kind, name, conflicts: list.join(', '), list });
  }
  const said = typeof body['message'] === 'string' ? body['message'] : `HTTP ${status}`;
  const from = KINDS[kind]?.from;
  if (status === 404 && from != null)
    return new PlimsollError('CLOUD_REFUSED', {
      action,
      reason: `the cluster does not know ${kind}: install ${from}, or leave it out`,
    });
  if (status === 403) {
    const code = /exceeded quota/.test(said) ? 'CLOUD_QUOTA' : 'CLOUD_DENIED';
    return new PlimsollError(code, { action, reason: said });
  }
  if (status === 429 || status >= 500)
    return new PlimsollError('CLOUD_UNREACHABLE', { action, reason: said });
  return new PlimsollError('CLOUD_REFUSED', { action, reason: said });
}
