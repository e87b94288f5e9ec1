/** The requests in the order in which `deploy vertex apply` makes them: for people to read. */
import { specDigest } from '../plan/key.ts';
import { inOrder } from '../plan/order.ts';
import type { Marks, Resource } from '../plan/port.ts';
import type { Change } from './client.ts';
import type { VertexDocument } from './document.ts';
import { createEndpoint, createJob, deployModel, labelsOf, updateEndpoint, uploadModel } from './messages.ts';
import { parentOf, renderVertex } from './render.ts';
import { type Split, writing } from './split.ts';

/** Its path is below `https://LOCATION-aiplatform.googleapis.com`. */
export interface VertexRequest extends Omit<Change, 'action'> {
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

function changeOf(parent: string, resource: Resource, marks: Marks, all: readonly Resource[]): Change {
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
  { deployment }: Marks,
  all: readonly Resource[],
): Change {
  const endpoint = all.find(({ kind, name }) => kind === 'Endpoint' && name === resource.name)!;
  const labels = labelsOf({ deployment, digest: specDigest(endpoint) });
  const { fields, mask } = writing({ labels }, resource.spec['trafficSplit'] as Split);
  const body = { displayName: endpoint.spec['displayName'], ...fields };
  return updateEndpoint(`${parent}/endpoints/${resource.name}`, mask, body);
}
