import { specDigest } from '../plan/key.ts';
import type { Resource } from '../plan/port.ts';
import type { VertexMessage } from './client.ts';
import { deployedOn } from './deployed.ts';
import { changeEndpoint, gone, ownEndpoints, readEndpoint } from './endpoints.ts';
import {
  idOfName,
  labelsIn,
  marked,
  type TrafficSplit,
  trafficSplitIn,
  type VertexKind,
  type VertexSite,
} from './kind.ts';
import { labelOf, readMarkedName, SPLIT_LABEL } from './names.ts';

/** Those without traffic are left out. */
export const splitOf = (endpoint: VertexMessage): TrafficSplit =>
  Object.fromEntries(Object.entries(trafficSplitIn(endpoint)).filter(([, share]) => share > 0));

const digestOf = (trafficSplit: TrafficSplit): string => specDigest({ spec: { trafficSplit } });

/** Whether the split is one that we have written. */
export function isOwnSplit(endpoint: VertexMessage): boolean {
  const labels = labelsIn(endpoint);
  const split = splitOf(endpoint);
  return labels[SPLIT_LABEL] === labelOf(digestOf(split)) || Object.keys(split).length === 0;
}

/** What to write so that an endpoint splits its traffic so, and says that it was us. */
export const splitUpdateOf = (endpoint: VertexMessage, trafficSplit: TrafficSplit) => ({
  fields: {
    trafficSplit,
    labels: { ...labelsIn(endpoint), [SPLIT_LABEL]: labelOf(digestOf(trafficSplit)) },
  },
  mask: ['trafficSplit', 'labels'],
});

async function put(site: VertexSite, { name, spec }: Resource): Promise<void> {
  const changed = await changeEndpoint(site, name, (endpoint) =>
    splitUpdateOf(endpoint, trafficSplitIn(spec)),
  );
  if (changed === null) throw gone('TrafficSplit', name);
}

/** How an endpoint shares its traffic out. It is read from the endpoint itself; none is none. */
export const TRAFFIC_SPLIT: VertexKind = {
  async observe(site, name) {
    const endpoint = await readEndpoint(site, name);
    if (endpoint === null) return null;
    const split = splitOf(endpoint);
    if (Object.keys(split).length === 0) return null;
    const own = new Set(
      deployedOn(endpoint)
        .filter((one) => readMarkedName(String(one['displayName'])) !== null)
        .map((one) => String(one['id'])),
    );
    // Traffic that somebody gave a model of theirs is not ours to take away.
    const isForeign = Object.keys(split).some((id) => !own.has(id));
    const { owner } = marked(endpoint);
    return { state: 'ready', reason: null, owner: isForeign ? null : owner, digest: digestOf(split) };
  },

  async owned(site) {
    return (await ownEndpoints(site)).filter((one) => Object.keys(splitOf(one)).length > 0).map(idOfName);
  },

  create: put,
  update: put,

  /** A map that is empty: the endpoint accepts no traffic (endpoint.proto, Endpoint.traffic_split). */
  async remove(site, name) {
    await changeEndpoint(site, name, (endpoint) =>
      Object.keys(splitOf(endpoint)).length === 0 ? null : splitUpdateOf(endpoint, {}),
    );
  },
};
