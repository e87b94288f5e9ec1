import type { Json } from './json.ts';
import { splitProblem } from './limits.ts';
import { page } from './listing.ts';
import { bare } from './models.ts';
import { Refusal } from './refusal.ts';
import { type Endpoint, etagOf, notFound, parentOf, typeUrl, type World } from './world.ts';

type Handler = (world: World, request: Json) => Promise<Json> | Json;
type Split = Readonly<Record<string, number>>;

const create: Handler = (world, request) => {
  const parent = parentOf(request['parent']);
  const name = `${parent}/endpoints/${String(request['endpointId'] ?? world.next())}`;
  const metadata = 'CreateEndpointOperationMetadata';
  if (world.endpoints.has(name) || world.underWay(name, metadata).length > 0)
    throw new Refusal('ALREADY_EXISTS', `The endpoint "${name}" already exists.`);
  const given = request['endpoint'] as Json;
  return world.begin(name, metadata, world.delays.endpoint, async () => {
    const dedicated = given['dedicatedEndpointEnabled'] === true;
    const dns = `${name.split('/').at(-1)}.${parent.split('/').at(-1)}-fake.prediction.vertexai.goog`;
    const at = new Date().toISOString();
    const message = { ...given, name, createTime: at, ...(dedicated ? { dedicatedEndpointDns: dns } : {}) };
    world.endpoints.set(name, { message: {}, deployed: new Map() });
    put(world.endpoints.get(name)!, message);
    return { '@type': typeUrl('Endpoint'), ...world.endpoints.get(name)!.message };
  });
};

export function endpointAt(world: World, name: unknown): Endpoint {
  const endpoint = world.endpoints.get(String(name));
  if (endpoint === undefined) throw notFound('endpoint', name);
  return endpoint;
}

function put(endpoint: Endpoint, message: Json): void {
  endpoint.message = { ...message, updateTime: new Date().toISOString() };
  endpoint.message['etag'] = etagOf(show(endpoint));
}

const show = ({ message, deployed }: Endpoint): Json => ({
  ...message,
  ...(deployed.size === 0 ? {} : { deployedModels: [...deployed.values()].map((one) => one.message) }),
});

const list: Handler = (world, request) => {
  const all = [...world.endpoints.values()].map(show);
  const { items, ...rest } = page(parentOf(request['parent']), 'endpoints', all, request);
  return { endpoints: items, ...rest };
};

/** What a mask may name; the rest of an endpoint stays as it was made. */
const CHANGEABLE = [
  'displayName',
  'description',
  'labels',
  'trafficSplit',
  'predictRequestResponseLoggingConfig',
];

const update: Handler = (world, request) => {
  const given = request['endpoint'] as Json;
  const endpoint = endpointAt(world, given['name']);
  const etag = given['etag'];
  // endpoint.proto, Endpoint.etag: for consistent read-modify-write; AIP-154: a stale one is ABORTED.
  if (etag !== undefined && etag !== '' && etag !== endpoint.message['etag'])
    throw new Refusal('ABORTED', 'The etag does not match: the endpoint was changed by somebody else.');
  const paths = String(request['updateMask'])
    .split(',')
    .map((path) => path.replaceAll(/_(\w)/g, (_, one: string) => one.toUpperCase()));
  const next: Record<string, unknown> = { ...endpoint.message };
  for (const path of paths) {
    if (!CHANGEABLE.includes(path))
      throw new Refusal('INVALID_ARGUMENT', `update_mask: "${path}" cannot be changed.`);
    if (given[path] === undefined) delete next[path];
    else next[path] = given[path];
  }
  checkSplit(endpoint, (next['trafficSplit'] ?? {}) as Split);
  put(endpoint, next);
  return show(endpoint);
};

function checkSplit({ deployed }: Endpoint, split: Split): void {
  const problem = splitProblem(split);
  if (problem !== false) throw new Refusal('INVALID_ARGUMENT', problem);
  const unknown = Object.keys(split).find((id) => !deployed.has(id));
  if (unknown !== undefined)
    throw new Refusal('INVALID_ARGUMENT', `traffic_split names "${unknown}", which is not deployed.`);
}

const remove: Handler = (world, { name }) => {
  const key = String(name);
  const check = (): void => {
    if (endpointAt(world, key).deployed.size > 0)
      throw new Refusal(
        'FAILED_PRECONDITION',
        `The endpoint "${key}" has deployed or being-deployed models.`,
      );
  };
  check();
  if (world.underWay(key, 'DeployModelOperationMetadata').length > 0)
    throw new Refusal('FAILED_PRECONDITION', `The endpoint "${key}" has deployed or being-deployed models.`);
  return world.begin(key, 'DeleteOperationMetadata', world.delays.remove, async () => {
    check();
    world.endpoints.delete(key);
    return { '@type': typeUrl('google.protobuf.Empty') };
  });
};

const deploy: Handler = (world, request) => {
  const name = String(request['endpoint']);
  const endpoint = endpointAt(world, name);
  const given = request['deployedModel'] as Json;
  const model = world.models.get(bare(given['model']));
  if (model === undefined) throw notFound('model', given['model']);
  const container = model['containerSpec'] as Json;
  if (given['dedicatedResources'] === undefined)
    throw new Refusal('INVALID_ARGUMENT', 'deployed_model.dedicated_resources is required for this model.');
  if (container['invokeRoutePrefix'] !== undefined && endpoint.message['dedicatedEndpointEnabled'] !== true)
    throw new Refusal(
      'FAILED_PRECONDITION',
      'A model with invoke_route_prefix can only be deployed to a dedicated endpoint.',
    );
  const id = String(given['id'] ?? world.next().slice(-10));
  if (endpoint.deployed.has(id))
    throw new Refusal('ALREADY_EXISTS', `The deployed model "${id}" already exists.`);
  const split = renamed((request['trafficSplit'] ?? {}) as Split, id);
  return world.begin(name, 'DeployModelOperationMetadata', world.delays.deploy, async () => {
    const started = await world.launch({
      image: String(container['imageUri']),
      spec: container,
      endpoint: name,
      id,
    });
    const target = world.endpoints.get(name);
    if (target === undefined || target.deployed.has(id)) {
      await started.stop();
      throw target === undefined
        ? notFound('endpoint', name)
        : new Refusal('ALREADY_EXISTS', `"${id}" is there.`);
    }
    const displayName = given['displayName'] ?? model['displayName'];
    const message = { ...given, id, displayName, modelVersionId: '1', createTime: new Date().toISOString() };
    target.deployed.set(id, { message, container: started });
    put(
      target,
      Object.keys(split).length === 0 ? target.message : { ...target.message, trafficSplit: split },
    );
    return { '@type': typeUrl('DeployModelResponse'), deployedModel: message };
  });
};

/** "0" stands for the model that is being deployed. */
function renamed(split: Split, id: string): Split {
  const problem = splitProblem(split);
  if (problem !== false) throw new Refusal('INVALID_ARGUMENT', problem);
  return Object.fromEntries(Object.entries(split).map(([key, share]) => [key === '0' ? id : key, share]));
}

const undeploy: Handler = (world, request) => {
  const name = String(request['endpoint']);
  const id = String(request['deployedModelId']);
  const split = (request['trafficSplit'] ?? {}) as Split;
  checkUndeploy(endpointAt(world, name), id, split);
  return world.begin(name, 'UndeployModelOperationMetadata', world.delays.remove, async () => {
    const target = endpointAt(world, name);
    const next = checkUndeploy(target, id, split);
    const { container } = target.deployed.get(id)!;
    target.deployed.delete(id);
    const { trafficSplit: _, ...rest } = target.message;
    put(target, Object.keys(next).length === 0 ? rest : { ...rest, trafficSplit: next });
    await container.stop();
    return { '@type': typeUrl('UndeployModelResponse') };
  });
};

/** endpoint_service.proto, UndeployModelRequest.traffic_split. Answers the split that is left. */
function checkUndeploy(endpoint: Endpoint, id: string, given: Split): Split {
  if (!endpoint.deployed.has(id))
    throw new Refusal('NOT_FOUND', `The deployed model "${id}" does not exist.`);
  if (endpoint.deployed.size === 1) return {};
  const problem = splitProblem(given);
  if (problem !== false) throw new Refusal('INVALID_ARGUMENT', problem);
  const split = Object.keys(given).length > 0 ? given : ((endpoint.message['trafficSplit'] ?? {}) as Split);
  if ((split[id] ?? 0) > 0)
    throw new Refusal(
      'FAILED_PRECONDITION',
      `The deployed model "${id}" still has traffic: take it from it first.`,
    );
  return Object.fromEntries(Object.entries(split).filter(([key]) => key !== id));
}

export const ENDPOINTS: Readonly<Record<string, Handler>> = {
  CreateEndpoint: create,
  GetEndpoint: (world, { name }) => show(endpointAt(world, name)),
  ListEndpoints: list,
  UpdateEndpoint: update,
  DeleteEndpoint: remove,
  DeployModel: deploy,
  UndeployModel: undeploy,
};
