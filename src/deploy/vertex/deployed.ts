import { messagesIn, type VertexMessage } from './client.ts';
import { endpointName, ownEndpoints, readEndpoint } from './endpoints.ts';
import { CODE } from './failure.ts';
import {
  idOfName,
  onItsWay,
  resourceKeyOf,
  trafficSplitIn,
  type VertexKind,
  type VertexSite,
} from './kind.ts';
import { deployModel, endpointAndId, undeployModel } from './messages.ts';
import { readMarkedName } from './names.ts';
import { finished, operationsSettled, underWay } from './operations.ts';

export const deployedOn = (endpoint: VertexMessage): readonly VertexMessage[] =>
  messagesIn(endpoint, 'deployedModels');

/** A model on an endpoint, with its machines. It has no labels: its display name says whose it is. */
export const DEPLOYED_MODEL: VertexKind = {
  async observe(site, name) {
    const [endpointId, id] = endpointAndId(name);
    const endpoint = await readEndpoint(site, endpointId);
    if (endpoint === null) return null;
    const found = deployedOn(endpoint).find((one) => one['id'] === id);
    const going = await underWay(site.client, endpointName(site, endpointId));
    // What goes on does not say which of the models it is about.
    const isBusy = going.some(({ kind }) => /^(Deploy|Undeploy)Model/.test(kind));
    if (found === undefined) return isBusy ? onItsWay(site) : null;
    const mark = readMarkedName(String(found['displayName']));
    const state = isBusy ? 'pending' : 'ready';
    return { state, reason: null, owner: mark?.deployment ?? null, digest: mark?.digest ?? null };
  },

  async owned(site) {
    return (await ownEndpoints(site)).flatMap((endpoint) =>
      deployedOn(endpoint)
        .filter((one) => readMarkedName(String(one['displayName']))?.deployment === site.deployment)
        .map((one) => `${idOfName(endpoint)}/${String(one['id'])}`),
    );
  },

  async create({ client, parent, patience }, resource, marks) {
    const begun = await client.change(deployModel(parent, resource, marks), [CODE.alreadyExists]);
    if (begun !== null) await finished(client, begun, resource, patience);
  },

  async update() {
    throw new TypeError('a deployed model is never changed: another one has another id');
  },

  async remove(site, name) {
    const [endpointId, deployedModelId] = endpointAndId(name);
    const endpoint = endpointName(site, endpointId);
    const key = resourceKeyOf('DeployedModel', name);
    await operationsSettled(site.client, endpoint, key, site.patience);
    if ((await this.observe(site, name)) === null) return;
    const body = { deployedModelId, ...(await withoutTraffic(site, endpointId, deployedModelId)) };
    const begun = await site.client.change(undeployModel(endpoint, body), [CODE.notFound]);
    if (begun !== null) await finished(site.client, begun, key, site.patience, CODE.notFound);
  },
};

/** A split that takes what traffic is left from the model and shares it out among the others; nothing where it has none. */
async function withoutTraffic(site: VertexSite, endpointId: string, id: string): Promise<VertexMessage> {
  const endpoint = await readEndpoint(site, endpointId);
  const split = trafficSplitIn(endpoint);
  const others = Object.entries(split).filter(([other, share]) => other !== id && share > 0);
  if ((split[id] ?? 0) === 0 || others.length === 0) return {};
  const left = others.reduce((sum, [, share]) => sum + share, 0);
  const shares = others.map(([other, share]) => [other, Math.floor((share * 100) / left)] as const);
  const rest = 100 - shares.reduce((sum, [, share]) => sum + share, 0);
  return {
    trafficSplit: Object.fromEntries(
      shares.map(([other, share], i) => [other, i === 0 ? share + rest : share]),
    ),
  };
}
