/** Pods that will not become ready by waiting. Pure. */
import { liveValueAt, recordsAt } from './live.ts';

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
const created = (pod: Json): string => String(liveValueAt(pod, 'metadata', 'creationTimestamp') ?? '');
const template = (pod: Json): unknown => liveValueAt(pod, 'metadata', 'labels', 'pod-template-hash');
/** Characters of what a node says. */
const SAID = 300;

/** Pods of the newest template. Where there is no new pod yet, none: those of an older one may be what is being mended. */
export function newestPods(deployment: Json, pods: readonly Json[]): readonly Json[] {
  const isSeen =
    Number(liveValueAt(deployment, 'status', 'observedGeneration') ?? 0) >=
    Number(liveValueAt(deployment, 'metadata', 'generation') ?? 0);
  if (!isSeen || Number(liveValueAt(deployment, 'status', 'updatedReplicas') ?? 0) === 0) return [];
  const [newest] = pods.toSorted((a, b) => (created(a) < created(b) ? 1 : -1));
  return newest === undefined ? [] : pods.filter((one) => template(one) === template(newest));
}

/** `churn-v3-abc: ImagePullBackOff: Back-off pulling image …` of the first pod of the newest template that is stuck, or null. */
export function stuckPod(deployment: Json, pods: readonly Json[]): string | null {
  for (const pod of newestPods(deployment, pods)) {
    for (const status of recordsAt(pod, 'status', 'containerStatuses')) {
      const reason = liveValueAt(status, 'state', 'waiting', 'reason');
      if (typeof reason === 'string' && HOPELESS.has(reason)) return words(pod, reason, waitingFor(status));
    }
  }
  return null;
}

/** What is said of the first pod of the newest template that is not ready, or null: by the scheduler, by its node, by how often it ended. */
export function lateReason(deployment: Json, pods: readonly Json[]): string | null {
  for (const pod of newestPods(deployment, pods)) {
    const placed = recordsAt(pod, 'status', 'conditions').find(({ type }) => type === 'PodScheduled');
    if (placed?.['status'] === 'False') return words(pod, String(placed['reason']), placed['message']);
    for (const status of recordsAt(pod, 'status', 'containerStatuses')) {
      const reason = liveValueAt(status, 'state', 'waiting', 'reason');
      if (typeof reason === 'string') return words(pod, reason, waitingFor(status));
      const restarts = Number(status['restartCount'] ?? 0);
      if (status['ready'] === false)
        return words(pod, 'not ready', restarts === 0 ? undefined : `it was started ${restarts + 1} times`);
    }
  }
  return null;
}

const waitingFor = (status: Json): unknown => liveValueAt(status, 'state', 'waiting', 'message');

const words = (pod: Json, reason: string, message: unknown): string =>
  `${String(liveValueAt(pod, 'metadata', 'name'))}: ${reason}${typeof message === 'string' ? `: ${message.slice(0, SAID)}` : ''}`;
