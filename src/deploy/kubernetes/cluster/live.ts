/** What an API server says of objects, understood. Pure. */
import { isRecord } from '../../../core/record.ts';
import type { ObservedResource } from '../../plan/port.ts';
import { DEPLOYMENT_LABEL, DIGEST_ANNOTATION } from '../manifest.ts';

type Json = Readonly<Record<string, unknown>>;

/** The value at a path of keys, or undefined. */
export const liveValueAt = (value: unknown, ...keys: readonly string[]): unknown =>
  keys.reduce<unknown>((inner, key) => (isRecord(inner) ? inner[key] : undefined), value);

/** The objects in the list at a path; none where there is no list. */
export const recordsAt = (value: unknown, ...keys: readonly string[]): readonly Json[] => {
  const found = liveValueAt(value, ...keys);
  return Array.isArray(found) ? found.filter(isRecord) : [];
};

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const count = (value: unknown): number => (typeof value === 'number' ? value : 0);

/** How an object stands; `failed` and `pending` only where its kind can be so. */
export function observedOf(object: Json): ObservedResource {
  const marks = {
    owner: text(liveValueAt(object, 'metadata', 'labels', DEPLOYMENT_LABEL)),
    digest: text(liveValueAt(object, 'metadata', 'annotations', DIGEST_ANNOTATION)),
  };
  if (liveValueAt(object, 'metadata', 'deletionTimestamp') !== undefined)
    return { ...marks, state: 'deleting', reason: null };
  const judge = JUDGES[String(object['kind'])] ?? (() => READY);
  return { ...marks, ...judge(object) };
}

type State = Pick<ObservedResource, 'state' | 'reason'>;
const READY: State = { state: 'ready', reason: null };

const JUDGES: Readonly<Record<string, (object: Json) => State>> = {
  Deployment: deploymentState,
  HTTPRoute: routeState,
  InferenceService: (object) => conditionState(object, 'Ready'),
  Job: jobState,
  HorizontalPodAutoscaler: (object) => scalerState(object, 'ScalingActive'),
  ScaledObject: (object) => scalerState(object, 'Ready'),
};

/** As `kubectl rollout status` has it: the newest template, everywhere, available, and nothing old left. */
function deploymentState(object: Json): State {
  const status = liveValueAt(object, 'status');
  const progressing = conditionOf(object, 'Progressing');
  if (progressing?.['reason'] === 'ProgressDeadlineExceeded')
    return { state: 'failed', reason: text(progressing['message']) ?? 'its pods do not become ready' };
  const seen =
    count(liveValueAt(status, 'observedGeneration')) >= count(liveValueAt(object, 'metadata', 'generation'));
  const wanted =
    typeof liveValueAt(object, 'spec', 'replicas') === 'number'
      ? count(liveValueAt(object, 'spec', 'replicas'))
      : 1;
  const updated = count(liveValueAt(status, 'updatedReplicas'));
  const available = count(liveValueAt(status, 'availableReplicas'));
  const replicas = count(liveValueAt(status, 'replicas'));
  if (seen && updated >= wanted && replicas <= updated && available >= updated) return READY;
  return { state: 'pending', reason: `${available} of ${wanted} pods are available, ${updated} are new` };
}

/**
 * Why the cluster lets no more pods of a Deployment be made: a quota, or a policy of the namespace that forbids such pods. null
 * where it does, and of what passes by itself: a quota that is not counted yet, a hook that does not answer.
 */
export function forbiddenPods(deployment: Json): string | null {
  const refused = conditionOf(deployment, 'ReplicaFailure');
  const why = refused?.['status'] === 'True' ? text(refused['message']) : null;
  return why !== null && /\bforbidden: (?!status unknown)/.test(why) ? why : null;
}

/**
 * What gateways say of a route; where none has said anything, nothing is waited for. One that has must have looked at what the
 * route is now: what it had pointed to before goes next.
 */
function routeState(object: Json): State {
  const parents = recordsAt(object, 'status', 'parents');
  if (parents.length === 0) return { state: 'ready', reason: 'no gateway has said anything of it' };
  for (const parent of parents) {
    for (const condition of recordsAt(parent, 'conditions')) {
      if (!['Accepted', 'ResolvedRefs'].includes(String(condition['type']))) continue;
      const looked = condition['observedGeneration'];
      if (typeof looked === 'number' && looked < count(liveValueAt(object, 'metadata', 'generation')))
        return { state: 'pending', reason: 'the gateway has not looked at it yet' };
      if (condition['status'] === 'False')
        return { state: 'failed', reason: text(condition['message']) ?? String(condition['reason']) };
    }
  }
  return READY;
}

/** Not waited for, since pods are there without it; but one that finds no numbers never scales, and should be seen to. */
function scalerState(object: Json, type: string): State {
  const condition = conditionOf(object, type);
  if (condition?.['status'] !== 'False') return READY;
  return {
    state: 'ready',
    reason: `it does not scale: ${text(condition['message']) ?? String(condition['reason'])}`,
  };
}

/** A job is not waited for: it may take hours. */
function jobState(object: Json): State {
  const failed = conditionOf(object, 'Failed');
  if (failed?.['status'] === 'True')
    return {
      state: 'failed',
      reason: text(failed['message']) ?? text(failed['reason']) ?? 'its pods failed',
    };
  const isDone = conditionOf(object, 'Complete')?.['status'] === 'True';
  return { state: 'ready', reason: isDone ? 'it has run' : 'it has not ended yet' };
}

function conditionState(object: Json, type: string): State {
  const condition = conditionOf(object, type);
  if (condition?.['status'] === 'True') return READY;
  return { state: 'pending', reason: text(condition?.['message']) ?? 'it is not ready yet' };
}

const conditionOf = (object: Json, type: string): Json | undefined =>
  recordsAt(object, 'status', 'conditions').find((condition) => condition['type'] === type);

/** Managers that own a field or what is in it, by the path of `managedFields` (`f:spec`, `f:rules`). */
export const managersOf = (object: Json, ...path: readonly string[]): readonly string[] => [
  ...new Set(
    recordsAt(object, 'metadata', 'managedFields').flatMap((entry) =>
      liveValueAt(entry, 'fieldsV1', ...path) === undefined || entry['subresource']
        ? []
        : [String(entry['manager'])],
    ),
  ),
];

/** `.spec.replicas: kubectl-scale` for each field that another manager owns; empty where an answer is no such conflict. */
export function conflictsOf(answer: Json): readonly { readonly field: string; readonly manager: string }[] {
  return recordsAt(answer, 'details', 'causes').flatMap((cause) => {
    if (cause['reason'] !== 'FieldManagerConflict') return [];
    const [, manager] = /conflict with "([^"]*)"/.exec(String(cause['message'])) ?? [];
    return [{ field: String(cause['field']), manager: manager ?? 'an unnamed manager' }];
  });
}
