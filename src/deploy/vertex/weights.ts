/** The traffic split of a Vertex endpoint as a router that follows a rollout. */
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import type { RouterState, TrafficRouter, VersionWeights } from '../routers/port.ts';
import type { VertexMessage } from './client.ts';
import { deployedOn } from './deployed.ts';
import { endpointName, readEndpoint } from './endpoints.ts';
import { CODE } from './failure.ts';
import type { TrafficSplit, VertexSite } from './kind.ts';
import { updateEndpoint } from './messages.ts';
import { readMarkedName } from './names.ts';
import { isOwnSplit, splitOf, splitUpdateOf } from './split.ts';

/** Versions by the ids under which they are deployed; the newest of those that have one number comes last. */
function versionsOf(endpoint: VertexMessage): ReadonlyMap<string, number> {
  const byAge = [...deployedOn(endpoint)].sort((a, b) => ageOf(a) - ageOf(b));
  const named = byAge.flatMap((one) => {
    const [, version] = /@(\d+)$/.exec(readMarkedName(String(one['displayName']))?.called ?? '') ?? [];
    return version === undefined ? [] : [[String(one['id']), Number(version)] as const];
  });
  return new Map(named);
}

const ageOf = (deployed: VertexMessage): number => Date.parse(String(deployed['createTime'])) || 0;

/** What is known of an endpoint as a router. Throws ROUTER_REFUSED where traffic goes to what is not ours. Pure. */
function stateOf(endpoint: VertexMessage, router: string): RouterState {
  const versions = versionsOf(endpoint);
  const weights = new Map<number, number>();
  for (const [id, share] of Object.entries(splitOf(endpoint))) {
    const version = versions.get(id);
    if (version === undefined)
      throw new PlimsollError('ROUTER_REFUSED', {
        router,
        reason: `${share} % of its traffic goes to the deployed model ${id}, which Plimsoll has not deployed`,
      });
    weights.set(version, (weights.get(version) ?? 0) + share);
  }
  const writers = isOwnSplit(endpoint) ? [] : ['somebody who changed the traffic split'];
  return { weights, writers, revision: String(endpoint['etag'] ?? '') || null };
}

/** The split that gives versions such weights. Throws ROUTER_REFUSED. Pure. */
function splitFor(endpoint: VertexMessage, weights: VersionWeights, router: string): TrafficSplit {
  const newest = new Map([...versionsOf(endpoint)].map(([id, version]) => [version, id]));
  const split: Record<string, number> = {};
  for (const [version, weight] of weights) {
    if (weight === 0) continue;
    const id = newest.get(version);
    if (id === undefined)
      throw new PlimsollError('ROUTER_REFUSED', {
        router,
        reason: `version ${version} is not deployed there`,
      });
    if (!Number.isInteger(weight)) {
      const reason = `version ${version} is to have ${weight} %, and Vertex splits traffic in whole percents`;
      throw new PlimsollError('ROUTER_REFUSED', { router, reason });
    }
    split[id] = weight;
  }
  const total = Object.values(split).reduce((sum, weight) => sum + weight, 0);
  if (total !== 100)
    throw new PlimsollError('ROUTER_REFUSED', {
      router,
      reason: `the weights add up to ${total}, wanted 100`,
    });
  return split;
}

/** `endpoint`: its id. What was written by others since the last write of ours is a conflict, never written over. */
export function vertexRouter(site: VertexSite, endpoint: string): TrafficRouter {
  const [, project, , location] = site.parent.split('/');
  const id = `vertex:${project}/${location}/${endpoint}`;
  const present = async (): Promise<VertexMessage> => {
    const found = await asking(id, () => readEndpoint(site, endpoint));
    if (found === null)
      throw new PlimsollError('ROUTER_REFUSED', { router: id, reason: `there is no endpoint ${endpoint}` });
    return found;
  };
  return {
    id,
    read: async () => stateOf(await present(), id),
    async write(weights) {
      const found = await present();
      const { writers } = stateOf(found, id);
      if (writers.length > 0) throw conflict(id, writers);
      const split = splitFor(found, weights, id);
      if (isSame(split, splitOf(found))) return;
      const { fields, mask } = splitUpdateOf(found, split);
      const { etag, displayName } = found;
      const name = endpointName(site, endpoint);
      const request = updateEndpoint(name, mask, { displayName, ...fields, name, etag });
      const stale = [CODE.aborted, CODE.failedPrecondition];
      const done = await asking(id, () => site.client.change(request, stale));
      if (done === null) throw conflict(id, ['somebody who changed the endpoint at the same moment']);
    },
  };
}

const isSame = (a: TrafficSplit, b: TrafficSplit): boolean =>
  Object.keys(a).length === Object.keys(b).length &&
  Object.entries(a).every(([id, share]) => b[id] === share);

const conflict = (router: string, writers: readonly string[]): PlimsollError =>
  new PlimsollError('ROUTER_CONFLICT', { router, writers: writers.join(', ') });

/** In the codes of routers. */
async function asking<T>(router: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isPlimsollError(error)) throw error;
    const code =
      error.code === 'CLOUD_REFUSED' || error.code === 'CLOUD_DENIED'
        ? 'ROUTER_REFUSED'
        : 'ROUTER_UNREACHABLE';
    throw new PlimsollError(code, { router, reason: error.message }, { cause: error });
  }
}
