/** The requests that make each resource, as the API documents them in JSON. */
import type { Marks, Resource } from '../plan/port.ts';
import type { Message } from './client.ts';
import { DIGEST_LABEL, labelOf, markedName, OWNER_LABEL } from './names.ts';

export const labelsOf = ({ deployment, digest }: Marks): Message => ({
  [OWNER_LABEL]: deployment,
  [DIGEST_LABEL]: labelOf(digest),
});

export const uploadModel = (parent: string, { name, spec }: Resource, marks: Marks): Message => ({
  parent,
  modelId: name,
  model: { ...spec, labels: labelsOf(marks) },
});

export const createEndpoint = (parent: string, { name, spec }: Resource, marks: Marks): Message => ({
  parent,
  endpointId: name,
  endpoint: { ...spec, labels: labelsOf(marks) },
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
  { deployment, digest }: Marks,
): Message {
  const [endpoint, id] = endpointAndId(name);
  return {
    endpoint: `${parent}/endpoints/${endpoint}`,
    deployedModel: {
      ...spec,
      id,
      model: `${parent}/models/${String(spec['model'])}`,
      displayName: markedName(String(spec['displayName']), deployment, digest),
    },
  };
}

export const createJob = (parent: string, { name, spec }: Resource, marks: Marks): Message => ({
  parent,
  batchPredictionJob: {
    ...spec,
    displayName: name,
    model: `${parent}/models/${String(spec['model'])}`,
    labels: labelsOf(marks),
  },
});

/** Google's clients take durations as numbers. */
export function withDurations(request: Message): Message {
  const model = request['model'] as Message;
  const container = model['containerSpec'] as Message;
  const seconds = Number.parseInt(String(container['deploymentTimeout']), 10);
  return { ...request, model: { ...model, containerSpec: { ...container, deploymentTimeout: { seconds } } } };
}
