/** The requests that make, change and remove each resource, as the API documents them. */
import type { Marks, Resource } from '../plan/port.ts';
import type { Change, Message } from './client.ts';
import { DIGEST_LABEL, labelOf, markedName, OWNER_LABEL } from './names.ts';

export const labelsOf = ({ deployment, digest }: Marks): Message => ({
  [OWNER_LABEL]: deployment,
  [DIGEST_LABEL]: labelOf(digest),
});

const post = (action: string, path: string, body: Message): Change => ({
  ...{ action, method: 'POST', path: `/v1/${path}`, body },
});

export const uploadModel = (parent: string, { name, spec }: Resource, marks: Marks): Change =>
  post('upload model', `${parent}/models:upload`, {
    modelId: name,
    model: { ...spec, labels: labelsOf(marks) },
  });

export const createEndpoint = (parent: string, { name, spec }: Resource, marks: Marks): Change =>
  post('create endpoint', `${parent}/endpoints?endpointId=${name}`, { ...spec, labels: labelsOf(marks) });

/** `name`: `projects/…/endpoints/ID`. Fields that `mask` does not name stay as they are. */
export const updateEndpoint = (name: string, mask: readonly string[], body: Message): Change => ({
  ...{ action: 'update endpoint', method: 'PATCH', path: `/v1/${name}?updateMask=${mask.join(',')}`, body },
});

/** `ENDPOINT/ID`, the name of a deployed model. */
export const endpointAndId = (name: string): readonly [string, string] => {
  const slash = name.lastIndexOf('/');
  return [name.slice(0, slash), name.slice(slash + 1)];
};

/** Without a split, traffic stays as it is: what is new gets none before it is healthy. */
export function deployModel(parent: string, { name, spec }: Resource, { deployment, digest }: Marks): Change {
  const [endpoint, id] = endpointAndId(name);
  const deployedModel = {
    ...spec,
    id,
    model: `${parent}/models/${String(spec['model'])}`,
    displayName: markedName(String(spec['displayName']), deployment, digest),
  };
  return post('deploy model', `${parent}/endpoints/${endpoint}:deployModel`, { deployedModel });
}

export const undeployModel = (endpoint: string, body: Message): Change =>
  post('undeploy model', `${endpoint}:undeployModel`, body);

export const createJob = (parent: string, { name, spec }: Resource, marks: Marks): Change =>
  post('create batch prediction job', `${parent}/batchPredictionJobs`, {
    ...spec,
    displayName: name,
    model: `${parent}/models/${String(spec['model'])}`,
    labels: labelsOf(marks),
  });

export const cancelJob = (name: string): Change => post('cancel batch prediction job', `${name}:cancel`, {});

/** `what`: for people. */
export const removing = (what: string, name: string): Change => ({
  ...{ action: `delete ${what}`, method: 'DELETE', path: `/v1/${name}` },
});
