/** Pods that will not become ready by waiting. Pure. */
import { recordsAt, valueAt } from './live.ts';

type Json = Readonly<Record<string, unknown>>;

/** What a node says of a container that somebody has to mend (kubelet, `pkg/kubelet/images` and `kuberuntime`). */
const HOPELESS = new Set([
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'CreateContainerConfigError',
  'CreateContainerError',
  'CrashLoopBackOff',
]);
/** Times of one form, which sort as they are. */
const created = (pod: Json): string => String(valueAt(pod, 'metadata', 'creationTimestamp') ?? '');
const template = (pod: Json): unknown => valueAt(pod, 'metadata', 'labels', 'pod-template-hash');
/** Characters of what a node says. */
const SAID = 300;

/**
 * `churn-v3-abc: ImagePullBackOff: Back-off pulling image …` of the first pod of the newest template that is stuck, or null:
 * those of an older one may be what is being mended. Where there is no new pod yet, nothing is known.
 */
export function stuckPod(deployment: Json, pods: readonly Json[]): string | null {
  if (Number(valueAt(deployment, 'status', 'updatedReplicas') ?? 0) === 0) return null;
  const newest = pods.toSorted((a, b) => (created(a) < created(b) ? 1 : -1)).slice(0, 1);
  for (const pod of pods.filter((one) => newest.some((first) => template(one) === template(first)))) {
    for (const status of recordsAt(pod, 'status', 'containerStatuses')) {
      const reason = valueAt(status, 'state', 'waiting', 'reason');
      if (typeof reason !== 'string' || !HOPELESS.has(reason)) continue;
      const message = valueAt(status, 'state', 'waiting', 'message');
      const said = typeof message === 'string' ? `: ${message.slice(0, SAID)}` : '';
      return `${String(valueAt(pod, 'metadata', 'name'))}: ${reason}${said}`;
    }
  }
  return null;
}
