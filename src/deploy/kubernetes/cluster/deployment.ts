/** Objects as a deployment that can be planned: what needs what, and whose it is. */
import { valueOfKey } from '../../../core/element-at.ts';
import { PlimsollError } from '../../../core/errors.ts';
import { isRecord } from '../../../core/record.ts';
import type { Deployment } from '../../plan/apply.ts';
import { idOf } from '../../plan/key.ts';
import type { Resource, ResourceKey } from '../../plan/port.ts';
import { KIND_ORDER, KUBERNETES_KINDS } from '../kinds.ts';
import { DEPLOYMENT_LABEL, type KubernetesObject } from '../manifest.ts';

export interface ClusterDeployment {
  readonly deployment: Deployment;
  /** Namespace that the objects name, or null. */
  readonly namespace: string | null;
}

const NAME = /^[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/;

/**
 * Everything that has to be there, each after what it needs: routes and the stable service point to nothing that is not
 * ready. Throws KUBERNETES_FOLDER_INVALID, which names `where` they came from.
 */
export function deploymentOf(values: readonly unknown[], where: string): ClusterDeployment {
  const objects = values.map((value) => objectOf(value, where));
  const names = new Set(objects.map(({ metadata }) => metadata.labels?.[DEPLOYMENT_LABEL]));
  const namespaces = new Set(
    objects
      .filter(({ kind }) => valueOfKey(KUBERNETES_KINDS, kind).namespaced)
      .map(({ metadata }) => metadata.namespace ?? null),
  );
  const [name] = names;
  const [namespace = null] = namespaces;
  if (typeof name !== 'string' || names.size > 1)
    throw invalid(
      where,
      `its objects are of ${names.size} deployments, wanted the label ${DEPLOYMENT_LABEL} with one name`,
    );
  // It becomes a selector: what else one may say would choose what is not ours.
  if (!NAME.test(name)) throw invalid(where, `${JSON.stringify(name)} is no value of ${DEPLOYMENT_LABEL}`);
  if (namespaces.size > 1)
    throw invalid(where, `its objects are in ${namespaces.size} namespaces, wanted one`);
  const keys = objects.map(({ kind, metadata }) => ({ kind, name: metadata.name }));
  const twice = keys.map(idOf).find((id, at, ids) => ids.indexOf(id) !== at);
  if (twice !== undefined) throw invalid(where, `${twice} is in it twice, wanted once`);
  const resources = objects.map((object) => resourceOf(object, keys));
  return { deployment: { name, resources, kinds: KIND_ORDER }, namespace };
}

function objectOf(value: unknown, where: string): KubernetesObject {
  if (!isRecord(value) || typeof value['kind'] !== 'string')
    throw invalid(where, 'something in it is no object');
  const { kind, apiVersion, metadata } = value;
  const name = isRecord(metadata) ? metadata['name'] : undefined;
  if (typeof name !== 'string' || name === '') throw invalid(where, `a ${kind} has no name`);
  const known = Object.hasOwn(KUBERNETES_KINDS, kind) ? KUBERNETES_KINDS[kind] : undefined;
  if (known === undefined || known.apiVersion !== apiVersion)
    throw invalid(
      where,
      `${String(apiVersion)} ${kind} "${name}" is nothing that is deployed so; apply it with kubectl`,
    );
  return value as unknown as KubernetesObject;
}

const invalid = (path: string, problem: string): PlimsollError =>
  new PlimsollError('KUBERNETES_FOLDER_INVALID', { path, problem });

/** Kinds that an object of a kind comes after, where they are there. */
const AFTER: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['ServiceAccount', 'NetworkPolicy'],
  HorizontalPodAutoscaler: ['Deployment'],
  ScaledObject: ['Deployment'],
  PodDisruptionBudget: ['Deployment'],
  Service: ['Deployment'],
  HTTPRoute: ['Deployment', 'Service'],
  InferenceService: ['ServingRuntime', 'ClusterServingRuntime'],
  Job: ['ServiceAccount', 'NetworkPolicy'],
  CronJob: ['ServiceAccount', 'NetworkPolicy'],
};

function resourceOf(object: KubernetesObject, all: readonly ResourceKey[]): Resource {
  const after = AFTER[object.kind] ?? [];
  return {
    kind: object.kind,
    name: object.metadata.name,
    spec: object,
    needs: all.filter(({ kind }) => after.includes(kind)),
    // The template of a Job cannot be changed once it is there.
    isMutable: object.kind !== 'Job',
  };
}
