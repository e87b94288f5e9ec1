import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterApi } from '../../src/deploy/kubernetes/cluster/api.ts';
import { liveValueAt, recordsAt } from '../../src/deploy/kubernetes/cluster/live.ts';

/**
 * Says of every pod that it runs and is ready, as a node would; nothing runs. Of those whose name begins with `broken-` the
 * image is not there, of `unmounted-` a secret.
 */
export function startKubelet(api: ClusterApi): { stop(): Promise<void> } {
  let isStopped = false;
  const told = new Map<string, object>();
  const statusFor = async (pod: object, name: string): Promise<object> => {
    if (!name.startsWith('unmounted-')) return statusOf(name);
    const { namespace } = liveValueAt(pod, 'metadata') as { namespace: string };
    const secret = await api.send({ method: 'GET', path: `/api/v1/namespaces/${namespace}/secrets/callers` });
    if (secret.status === 200) return ready();
    await sayUnmounted(api, pod);
    return waiting({ reason: 'ContainerCreating' });
  };
  const loop = async (): Promise<void> => {
    while (!isStopped) {
      const { body } = await api.send({ method: 'GET', path: '/api/v1/pods' });
      for (const pod of recordsAt(body, 'items')) {
        const name = String(liveValueAt(pod, 'metadata', 'name'));
        if (liveValueAt(pod, 'status', 'phase') === 'Running') continue;
        // What has failed once is not looked at again for a long time.
        const status = told.get(name) ?? (await statusFor(pod, name));
        told.set(name, status);
        await patch(api, pod, status);
      }
      await sleep(200);
    }
  };
  const running = loop();
  return {
    stop: async () => {
      isStopped = true;
      await running;
    },
  };
}

function statusOf(name: string): object {
  if (name.startsWith('broken-'))
    return waiting({ reason: 'ImagePullBackOff', message: 'Back-off pulling image' });
  return ready();
}

const waiting = (state: object): object => ({
  phase: 'Pending',
  containerStatuses: [
    {
      ...{ name: 'plimsoll', image: 'none', imageID: '', ready: false, restartCount: 0 },
      state: { waiting: state },
    },
  ],
});

/** A node says so in an event, and nowhere else (kubelet, `pkg/kubelet/volumemanager`). */
async function sayUnmounted(api: ClusterApi, pod: object): Promise<void> {
  const { name, namespace, uid } = liveValueAt(pod, 'metadata') as Record<
    'name' | 'namespace' | 'uid',
    string
  >;
  await api.send({
    method: 'PATCH',
    path: `/api/v1/namespaces/${namespace}/events/${name}`,
    query: { fieldManager: 'kubelet' },
    contentType: 'application/apply-patch+yaml',
    body: {
      ...{ apiVersion: 'v1', kind: 'Event', metadata: { name, namespace } },
      involvedObject: { kind: 'Pod', name, namespace, uid },
      ...{ reason: 'FailedMount', type: 'Warning', source: { component: 'kubelet' } },
      message: 'MountVolume.SetUp failed for volume "keys" : secret "callers" not found',
    },
  });
}

function ready(): object {
  const now = new Date().toISOString();
  const conditions = ['Initialized', 'Ready', 'ContainersReady'].map((type) => ({
    type,
    status: 'True',
    lastTransitionTime: now,
  }));
  return { phase: 'Running', startTime: now, conditions };
}

async function patch(api: ClusterApi, pod: object, status: object): Promise<void> {
  const { name, namespace } = liveValueAt(pod, 'metadata') as { name: string; namespace: string };
  await api.send({
    method: 'PATCH',
    path: `/api/v1/namespaces/${namespace}/pods/${name}/status`,
    contentType: 'application/merge-patch+json',
    body: { status },
  });
}
