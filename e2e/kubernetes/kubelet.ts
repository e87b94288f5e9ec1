import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterApi } from '../../src/deploy/kubernetes/cluster/api.ts';
import { recordsAt, valueAt } from '../../src/deploy/kubernetes/cluster/live.ts';

/** Says of every pod that it runs and is ready, as a node would; nothing runs. `broken`: names of those that never are. */
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
        if (valueAt(pod, 'status', 'phase') !== 'Running' && !broken(name)) await makeReady(api, pod, name);
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

async function makeReady(api: ClusterApi, pod: object, name: string): Promise<void> {
  const now = new Date().toISOString();
  const conditions = ['Initialized', 'Ready', 'ContainersReady'].map((type) => ({
    type,
    status: 'True',
    lastTransitionTime: now,
  }));
  await api.send({
    method: 'PATCH',
    path: `/api/v1/namespaces/${String(valueAt(pod, 'metadata', 'namespace'))}/pods/${name}/status`,
    contentType: 'application/merge-patch+json',
    body: { status: { phase: 'Running', startTime: now, conditions } },
  });
}
