/** The requests in the order in which `deploy vertex apply` makes them: for people to read. */
import { elementWhere } from '../../core/element-at.ts';
import { specDigest } from '../plan/key.ts';
import { inOrder } from '../plan/order.ts';
import type { OwnershipTags, Resource } from '../plan/port.ts';
import type { VertexMutation } from './client.ts';
import type { VertexDocument } from './document.ts';
import { trafficSplitIn } from './kind.ts';
import {
  createEndpoint,
  createJob,
  deployModel,
  ownershipLabelsOf,
  updateEndpoint,
  uploadModel,
} from './messages.ts';
import { parentOf, renderVertex } from './render.ts';
import { splitUpdateOf } from './split.ts';

/** Its path is below `https://LOCATION-aiplatform.googleapis.com`. */
export interface VertexRequest extends Omit<VertexMutation, 'action'> {
  readonly what: string;
}

export function requestsOf(document: VertexDocument): readonly VertexRequest[] {
  const parent = parentOf(document);
  const { name, resources } = renderVertex(document);
  return inOrder(resources).map((resource) => {
    const marks = { deployment: name, digest: specDigest(resource) };
    const { action: _, ...request } = changeOf(parent, resource, marks, resources);
    return { what: resource.kind, ...request };
  });
}

function changeOf(
  parent: string,
  resource: Resource,
  marks: OwnershipTags,
  all: readonly Resource[],
): VertexMutation {
  switch (resource.kind) {
    case 'Model':
      return uploadModel(parent, resource, marks);
    case 'Endpoint':
      return createEndpoint(parent, resource, marks);
    case 'DeployedModel':
      return deployModel(parent, resource, marks);
    case 'TrafficSplit':
      return splitOfNew(parent, resource, marks, all);
    default:
      return createJob(parent, resource, marks);
  }
}

/** A change of the endpoint that has just been made. */
function splitOfNew(
  parent: string,
  resource: Resource,
  { deployment }: OwnershipTags,
  all: readonly Resource[],
): VertexMutation {
  const endpoint = elementWhere(all, ({ kind, name }) => kind === 'Endpoint' && name === resource.name);
  const labels = ownershipLabelsOf({ deployment, digest: specDigest(endpoint) });
  const { fields, mask } = splitUpdateOf({ labels }, trafficSplitIn(resource.spec));
  const body = { displayName: endpoint.spec['displayName'], ...fields };
  return updateEndpoint(`${parent}/endpoints/${resource.name}`, mask, body);
}
