import { specDigest } from '../plan/key.ts';
import type { Resource } from '../plan/port.ts';
import type { Message } from './client.ts';
import { deployedOn } from './deployed.ts';
import { changeEndpoint, gone, ownEndpoints, readEndpoint } from './endpoints.ts';
import { idOfName, type Kind, marked, type Site } from './kind.ts';
import { labelOf, readMarkedName, SPLIT_LABEL } from './names.ts';

/** Percent by id of a deployed model; those without traffic are left out. */
export type Split = Readonly<Record<string, number>>;

export const splitOf = (endpoint: Message): Split =>
  Object.fromEntries(
    Object.entries((endpoint['trafficSplit'] ?? {}) as Split).filter(([, share]) => share > 0),
  );

const digestOf = (trafficSplit: Split): string => specDigest({ spec: { trafficSplit } });

/** Whether the split is one that we have written. */
export function isOurs(endpoint: Message): boolean {
  const labels = (endpoint['labels'] ?? {}) as Readonly<Record<string, string>>;
  const split = splitOf(endpoint);
  return labels[SPLIT_LABEL] === labelOf(digestOf(split)) || Object.keys(split).length === 0;
}

/** What to write so that an endpoint splits its traffic so, and says that it was us. */
export const writing = (endpoint: Message, trafficSplit: Split) => ({
  fields: {
    trafficSplit,
    labels: { ...(endpoint['labels'] as Message), [SPLIT_LABEL]: labelOf(digestOf(trafficSplit)) },
  },
  mask: ['trafficSplit', 'labels'],
});

async function put(site: Site, { name, spec }: Resource): Promise<void> {
  const changed = await changeEndpoint(site, name, (endpoint) =>
    writing(endpoint, spec['trafficSplit'] as Split),
  );
  if (changed === null) throw gone('TrafficSplit', name);
}

/** How an endpoint shares its traffic out. It is read from the endpoint itself; none is none. */
export const TRAFFIC_SPLIT: Kind = {
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
      Object.keys(splitOf(endpoint)).length === 0 ? null : writing(endpoint, {}),
    );
  },
};
