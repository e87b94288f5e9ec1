/** Vertex AI as a cloud of `src/deploy/plan`. */
import { valueOfKey } from '../../core/element-at.ts';
import type { CloudProvider, ResourceKey } from '../plan/port.ts';
import { openVertexClient } from './client.ts';
import { DEPLOYED_MODEL } from './deployed.ts';
import type { VertexDocument } from './document.ts';
import { ENDPOINT_KIND } from './endpoints.ts';
import { BATCH_PREDICTION_JOB } from './jobs.ts';
import { resourceKeyOf, type VertexKind, type VertexSite } from './kind.ts';
import { MODEL } from './models.ts';
import type { Patience } from './operations.ts';
import { parentOf, type VERTEX_KINDS } from './render.ts';
import { TRAFFIC_SPLIT } from './split.ts';

const BY_KIND: Readonly<Record<(typeof VERTEX_KINDS)[number], VertexKind>> = {
  Model: MODEL,
  Endpoint: ENDPOINT_KIND,
  DeployedModel: DEPLOYED_MODEL,
  TrafficSplit: TRAFFIC_SPLIT,
  BatchPredictionJob: BATCH_PREDICTION_JOB,
};

const kindOf = (kind: string): VertexKind => valueOfKey(BY_KIND, kind);

export interface VertexOptions {
  /** Another server than Google's own, or null. */
  readonly address: string | null;
  readonly sleep: Patience['sleep'];
  readonly monotonic: Patience['monotonic'];
  /** @default {500} */
  readonly firstPauseMillis?: number;
}

/** Two hours is what a deployment may take at most; a while longer for what goes before. */
const WAIT_MILLIS = 2.5 * 3_600_000;

/** Where a document's deployment is. */
export function openSite(
  { project, location, deployment }: Pick<VertexDocument, 'project' | 'location' | 'deployment'>,
  { address, sleep, monotonic, firstPauseMillis = 500 }: VertexOptions,
): VertexSite {
  return {
    client: openVertexClient({ project, location, address, sleep }),
    patience: { sleep, monotonic, firstPauseMillis, waitMillis: WAIT_MILLIS },
    parent: parentOf({ project, location }),
    deployment,
  };
}

/**
 * `expected`: what the document asks for. What is on its way carries no mark yet and is in no list; it is found by its name.
 */
export const vertexCloud = (site: VertexSite, expected: readonly ResourceKey[] = []): CloudProvider => ({
  observe: ({ kind, name }) => kindOf(kind).observe(site, name),
  async owned(deployment) {
    const keys: ResourceKey[] = [];
    for (const [kind, { owned }] of Object.entries(BY_KIND))
      keys.push(...(await owned({ ...site, deployment })).map((name) => resourceKeyOf(kind, name)));
    for (const { kind, name } of expected) {
      if (keys.some((key) => key.kind === kind && key.name === name)) continue;
      const seen = await kindOf(kind).observe(site, name);
      if (seen?.owner === deployment) keys.push(resourceKeyOf(kind, name));
    }
    return keys;
  },
  create: (resource, marks) => kindOf(resource.kind).create(site, resource, marks),
  update: (resource, marks) => kindOf(resource.kind).update(site, resource, marks),
  remove: ({ kind, name }) => kindOf(kind).remove(site, name),
});
