/** The same requests over HTTP, in the order in which `deploy vertex apply` makes them: for people to read. */
import { specDigest } from '../plan/key.ts';
import { inOrder } from '../plan/order.ts';
import type { Marks, Resource } from '../plan/port.ts';
import type { Message } from './client.ts';
import type { VertexDocument } from './document.ts';
import { createEndpoint, createJob, deployModel, labelsOf, uploadModel } from './messages.ts';
import { parentOf, renderVertex } from './render.ts';
import { type Split, writing } from './split.ts';

export interface VertexRequest {
  readonly what: string;
  readonly method: 'POST' | 'PATCH';
  /** Below `https://LOCATION-aiplatform.googleapis.com`. */
  readonly path: string;
  readonly body: Message;
}

export function requestsOf(document: VertexDocument): readonly VertexRequest[] {
  const parent = parentOf(document);
  const { name, resources } = renderVertex(document);
  return inOrder(resources).map((resource) =>
    requestOf(parent, resource, { deployment: name, digest: specDigest(resource) }, resources),
  );
}

function requestOf(
  parent: string,
  resource: Resource,
  marks: Marks,
  all: readonly Resource[],
): VertexRequest {
  const post = (path: string, body: Message): VertexRequest => ({
    what: resource.kind,
    method: 'POST',
    path: `/v1/${path}`,
    body,
  });
  switch (resource.kind) {
    case 'Model': {
      const { parent: _, ...body } = uploadModel(parent, resource, marks);
      return post(`${parent}/models:upload`, body);
    }
    case 'Endpoint': {
      const { endpoint } = createEndpoint(parent, resource, marks);
      return post(`${parent}/endpoints?endpointId=${resource.name}`, endpoint as Message);
    }
    case 'DeployedModel': {
      const { endpoint, ...body } = deployModel(parent, resource, marks);
      return post(`${String(endpoint)}:deployModel`, body);
    }
    case 'TrafficSplit':
      return splitRequest(parent, resource, marks, all);
    default:
      return post(
        `${parent}/batchPredictionJobs`,
        createJob(parent, resource, marks)['batchPredictionJob'] as Message,
      );
  }
}

/** A change of the endpoint that has just been made. */
function splitRequest(
  parent: string,
  resource: Resource,
  { deployment }: Marks,
  all: readonly Resource[],
): VertexRequest {
  const endpoint = all.find(({ kind, name }) => kind === 'Endpoint' && name === resource.name)!;
  const labels = labelsOf({ deployment, digest: specDigest(endpoint) });
  const { fields, mask } = writing({ labels }, resource.spec['trafficSplit'] as Split);
  return {
    what: resource.kind,
    method: 'PATCH',
    path: `/v1/${parent}/endpoints/${resource.name}?updateMask=${mask.join(',')}`,
    body: { displayName: endpoint.spec['displayName'], ...fields },
  };
}
