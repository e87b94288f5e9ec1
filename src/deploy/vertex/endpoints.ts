import { PlimsollError } from '../../core/errors.ts';
import type { VertexMessage } from './client.ts';
import { CODE } from './failure.ts';
import {
  filterOf,
  idOfName,
  labelsIn,
  marked,
  onItsWay,
  resourceKeyOf,
  type VertexKind,
  type VertexSite,
} from './kind.ts';
import { createEndpoint, ownershipLabelsOf, removing, updateEndpoint } from './messages.ts';
import { finished, operationsSettled, underWay } from './operations.ts';

export const endpointName = ({ parent }: Pick<VertexSite, 'parent'>, id: string): string =>
  `${parent}/endpoints/${id}`;

export const readEndpoint = (
  site: Pick<VertexSite, 'client' | 'parent'>,
  id: string,
): Promise<VertexMessage | null> => site.client.get(endpointName(site, id));

/** Endpoints that carry the deployment's mark. */
export const ownEndpoints = (site: VertexSite): Promise<readonly VertexMessage[]> =>
  site.client.list(site.parent, 'endpoints', filterOf(site));

/** The endpoint alone: what is deployed on it and how traffic is split are resources of their own. */
export const ENDPOINT_KIND: VertexKind = {
  async observe(site, name) {
    const endpoint = await readEndpoint(site, name);
    const going = await underWay(site.client, endpointName(site, name));
    if (endpoint === null) return going.length > 0 ? onItsWay(site) : null;
    const state = going.some(({ kind }) => kind === 'DeleteOperationMetadata') ? 'deleting' : 'ready';
    return { state, reason: null, ...marked(endpoint) };
  },

  owned: async (site) => (await ownEndpoints(site)).map(idOfName),

  async create({ client, parent, patience }, resource, marks) {
    const begun = await client.change(createEndpoint(parent, resource, marks), [CODE.alreadyExists]);
    if (begun !== null) await finished(client, begun, resource, patience);
  },

  async update(site, { name, spec }, marks) {
    const changed = await changeEndpoint(site, name, (endpoint) => {
      const isDedicated = endpoint['dedicatedEndpointEnabled'] === true;
      if (isDedicated !== (spec['dedicatedEndpointEnabled'] === true)) throw fixed(name, isDedicated);
      const labels = { ...labelsIn(endpoint), ...ownershipLabelsOf(marks) };
      const { displayName, description } = spec;
      return {
        fields: { displayName, description, labels },
        mask: ['displayName', 'description', 'labels'],
      };
    });
    if (changed === null) throw gone('Endpoint', name);
  },

  async remove(site, name) {
    const resource = endpointName(site, name);
    const key = resourceKeyOf('Endpoint', name);
    await operationsSettled(site.client, resource, key, site.patience);
    const begun = await site.client.change(removing('endpoint', resource), [CODE.notFound]);
    if (begun !== null) await finished(site.client, begun, key, site.patience, CODE.notFound);
  },
};

const fixed = (name: string, isDedicated: boolean): PlimsollError =>
  new PlimsollError('CLOUD_REFUSED', {
    action: `change the endpoint ${name}`,
    reason: `it was made ${isDedicated ? 'dedicated' : 'shared'}, which stays so: give the document another endpoint.id`,
  });

/** It was there a moment ago, and somebody has taken it away. */
export const gone = (kind: string, name: string): PlimsollError =>
  new PlimsollError('CLOUD_FAILED', { kind, name, reason: 'somebody has removed the endpoint meanwhile' });

export interface EndpointChange {
  readonly fields: VertexMessage;
  readonly mask: readonly string[];
}

const TRIES = 5;

/**
 * Changes an endpoint that is as it was when `change` looked at it; where somebody was faster, `change` looks again. null
 * from `change` leaves it as it is. Answers the endpoint, or null where there is none.
 */
export async function changeEndpoint(
  site: VertexSite,
  id: string,
  change: (endpoint: VertexMessage) => EndpointChange | null,
): Promise<VertexMessage | null> {
  for (let left = TRIES; ; left--) {
    const endpoint = await readEndpoint(site, id);
    if (endpoint === null) return null;
    const wanted = change(endpoint);
    if (wanted === null) return endpoint;
    const { name, etag, displayName } = endpoint;
    const body = { displayName, ...wanted.fields, name, etag };
    const stale = left > 1 ? [CODE.aborted, CODE.failedPrecondition] : [];
    const answer = await site.client.change(updateEndpoint(String(name), wanted.mask, body), stale);
    if (answer !== null) return answer;
    await site.patience.sleep(site.patience.firstPauseMillis);
  }
}
