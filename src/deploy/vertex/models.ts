import { CODE } from './failure.ts';
import {
  filterOf,
  idOfName,
  marked,
  onItsWay,
  resourceKeyOf,
  type VertexKind,
  type VertexSite,
} from './kind.ts';
import { removing, uploadModel } from './messages.ts';
import { finished, operationsSettled, underWay } from './operations.ts';

const resourceOf = ({ parent }: VertexSite, name: string): string => `${parent}/models/${name}`;

/** A model: an image, and how it is started. Never changed. */
export const MODEL: VertexKind = {
  async observe(site, name) {
    const resource = resourceOf(site, name);
    const model = await site.client.get(resource);
    const going = await underWay(site.client, resource);
    if (model === null) return going.length > 0 ? onItsWay(site) : null;
    const state = going.some(({ kind }) => kind === 'DeleteOperationMetadata') ? 'deleting' : 'ready';
    return { state, reason: null, ...marked(model) };
  },

  async owned(site) {
    const models = await site.client.list(site.parent, 'models', filterOf(site));
    return models.map(idOfName);
  },

  async create({ client, parent, patience }, resource, marks) {
    const begun = await client.change(uploadModel(parent, resource, marks), [CODE.alreadyExists]);
    if (begun !== null) await finished(client, begun, resource, patience);
  },

  async update() {
    throw new TypeError('a model on Vertex is never changed: another one has another name');
  },

  async remove(site, name) {
    const resource = resourceOf(site, name);
    const key = resourceKeyOf('Model', name);
    await operationsSettled(site.client, resource, key, site.patience);
    const begun = await site.client.change(removing('model', resource), [CODE.notFound]);
    if (begun !== null) await finished(site.client, begun, key, site.patience, CODE.notFound);
  },
};
