/** The requests that make, change and remove each resource, as the API documents them. */
import type { OwnershipTags, Resource } from '../plan/port.ts';
import type { VertexMessage, VertexMutation } from './client.ts';
import { DIGEST_LABEL, labelOf, markedName, OWNER_LABEL } from './names.ts';

export const ownershipLabelsOf = ({ deployment, digest }: OwnershipTags): VertexMessage => ({
  [OWNER_LABEL]: deployment,
  [DIGEST_LABEL]: labelOf(digest),
});

const post = (action: string, path: string, body: VertexMessage): VertexMutation => ({
  ...{ action, method: 'POST', path: `/v1/${path}`, body },
});

export const uploadModel = (parent: string, { name, spec }: Resource, marks: OwnershipTags): VertexMutation =>
  post('upload model', `${parent}/models:upload`, {
    modelId: name,
    model: { ...spec, labels: ownershipLabelsOf(marks) },
  });

export const createEndpoint = (
  parent: string,
  { name, spec }: Resource,
  marks: OwnershipTags,
): VertexMutation =>
  post('create endpoint', `${parent}/endpoints?endpointId=${name}`, {
    ...spec,
    labels: ownershipLabelsOf(marks),
  });

/** `name`: `projects/…/endpoints/ID`. Fields that `mask` does not name stay as they are. */
export const updateEndpoint = (
  name: string,
  mask: readonly string[],
  body: VertexMessage,
): VertexMutation => ({
  ...{ action: 'update endpoint', method: 'PATCH', path: `/v1/${name}?updateMask=${mask.join(',')}`, body },
});

/** `ENDPOINT/ID`, the name of a deployed model. */
export const endpointAndId = (name: string): readonly [string, string] => {
  const slash = name.lastIndexOf('/');
  return [name.slice(0, slash), name.slice(slash + 1)];
};

/** Without a split, traffic stays as it is: what is new gets none before it is healthy. */
export function deployModel(
  parent: string,
  { name, spec }: Resource,
  { deployment, digest }: OwnershipTags,
): VertexMutation {
  const [endpoint, id] = endpointAndId(name);
  const deployedModel = {
    ...spec,
    id,
    model: `${parent}/models/${String(spec['model'])}`,
    displayName: markedName(String(spec['displayName']), deployment, digest),
  };
  return post('deploy model', `${parent}/endpoints/${endpoint}:deployModel`, { deployedModel });
}

export const undeployModel = (endpoint: string, body: VertexMessage): VertexMutation =>
  post('undeploy model', `${endpoint}:undeployModel`, body);

export const createJob = (parent: string, { name, spec }: Resource, marks: OwnershipTags): VertexMutation =>
  post('create batch prediction job', `${parent}/batchPredictionJobs`, {
    ...spec,
    displayName: name,
    model: `${parent}/models/${String(spec['model'])}`,
    labels: ownershipLabelsOf(marks),
  });

export const cancelJob = (name: string): VertexMutation =>
  post('cancel batch prediction job', `${name}:cancel`, {});

/** `what`: for people. */
export const removing = (what: string, name: string): VertexMutation => ({
  ...{ action: `delete ${what}`, method: 'DELETE', path: `/v1/${name}` },
});
