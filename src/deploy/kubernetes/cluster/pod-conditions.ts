import type { ClusterApi } from './api.ts';
import { lateReason, newestPods, stuckPod } from './failed-pods.ts';
import { liveValueAt, recordsAt } from './live.ts';

type Json = Readonly<Record<string, unknown>>;

/** What a cluster says of pods that are not ready; where we may not look at them, nothing. */
export class PodWords {
  readonly #api: ClusterApi;

  constructor(api: ClusterApi) {
    this.#api = api;
  }

  /** Why waiting would not help, or null. */
  async stuck(deployment: Json): Promise<string | null> {
    const pods = await this.#podsOf(deployment);
    return stuckPod(deployment, pods) ?? (await this.#unmounted(newestPods(deployment, pods)));
  }

  /** Why the pods were not ready in time, as far as somebody says so. */
  async late(deployment: Json): Promise<string | null> {
    const pods = await this.#podsOf(deployment);
    const said = stuckPod(deployment, pods) ?? (await this.#unmounted(newestPods(deployment, pods)));
    return said ?? lateReason(deployment, pods);
  }

  /** A volume of something that is not there: the node waits, and says so in an event alone. */
  async #unmounted(pods: readonly Json[]): Promise<string | null> {
    const waiting = pods.find((pod) =>
      recordsAt(pod, 'status', 'containerStatuses').some(
        (status) => liveValueAt(status, 'state', 'waiting', 'reason') === 'ContainerCreating',
      ),
    );
    if (waiting === undefined) return null;
    const name = String(liveValueAt(waiting, 'metadata', 'name'));
    const fieldSelector = `involvedObject.name=${name},reason=FailedMount`;
    const events = await this.#items('events', { fieldSelector });
    const messages = events.map((event) => String(event['message']));
    const found = messages.find((message) => /not found/.test(message));
    return found === undefined ? null : `${name}: FailedMount: ${found.slice(0, 300)}`;
  }

  #podsOf(deployment: Json): Promise<readonly Json[]> {
    const labels = liveValueAt(deployment, 'spec', 'selector', 'matchLabels') ?? {};
    const labelSelector = Object.entries(labels)
      .map(([name, value]) => `${name}=${value}`)
      .join(',');
    return this.#items('pods', { labelSelector });
  }

  async #items(plural: string, query: Readonly<Record<string, string>>): Promise<readonly Json[]> {
    const path = `/api/v1/namespaces/${encodeURIComponent(this.#api.namespace)}/${plural}`;
    const { body } = await this.#api.send({ method: 'GET', path, query });
    return recordsAt(body, 'items');
  }
}
