import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterApi } from '../../src/deploy/kubernetes/cluster/api.ts';
import { recordsAt, valueAt } from '../../src/deploy/kubernetes/cluster/live.ts';

/** Says of every pod that it runs and is ready, as a node would; nothing runs. `broken`: names of those whose image is not there. */
export function startKubelet(
  api: ClusterApi,
  broken: (name: string) => boolean = () => false,
): { stop(): Promise<void> } {
  let isStopped = false;
  const loop = async (): Promise<void> => {
    while (!isStopped) {
      const { body } = await api.send({ method: 'GET', path: '/api/v1/pods' });
      for (const pod of recordsAt(body, 'items')) {
        const name = String(valueAt(pod, 'metadata', 'name'));
        if (valueAt(pod, 'status', 'phase') !== 'Running')
          await patch(api, pod, broken(name) ? STUCK : ready());
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

const STUCK = {
  phase: 'Pending',
  containerStatuses: [
    {
      ...{ name: 'plimsoll', image: 'none', imageID: '', ready: false, restartCount: 0 },
      state: { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image' } },
    },
  ],
};

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
  const { name, namespace } = valueAt(pod, 'metadata') as { name: string; namespace: string };
  await api.send({
    method: 'PATCH',
    path: `/api/v1/namespaces/${namespace}/pods/${name}/status`,
    contentType: 'application/merge-patch+json',
    body: { status },
  });
}
