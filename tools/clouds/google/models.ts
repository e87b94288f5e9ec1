import type { Json } from './json.ts';
import { page } from './listing.ts';
import { Refusal } from './refusal.ts';
import { etagOf, notFound, parentOf, typeUrl, type World } from './world.ts';

type Handler = (world: World, request: Json) => Promise<Json> | Json;

/** Without `@2` or `@default`: there is one version of each model here. */
export const bare = (name: unknown): string => String(name).replace(/@[\w-]+$/, '');

const upload: Handler = (world, request) => {
  if (request['parentModel'] !== undefined)
    throw new Refusal('UNIMPLEMENTED', 'This fake keeps one version of each model.');
  const parent = parentOf(request['parent']);
  const name = `${parent}/models/${String(request['modelId'] ?? world.next())}`;
  if (world.models.has(name) || world.underWay(name, 'UploadModelOperationMetadata').length > 0)
    throw new Refusal('ALREADY_EXISTS', `The model "${name}" already exists.`);
  const given = request['model'] as Json;
  if (given['containerSpec'] === undefined)
    throw new Refusal(
      'INVALID_ARGUMENT',
      'model.container_spec is required for a model with a container of its own.',
    );
  return world.begin(name, 'UploadModelOperationMetadata', world.delays.upload, async () => {
    const at = new Date().toISOString();
    const message = {
      ...given,
      // Of a model with a container of its own: Google's client deploys it by these.
      supportedDeploymentResourcesTypes: ['DEDICATED_RESOURCES'],
      supportedInputStorageFormats: ['jsonl', 'csv'],
      supportedOutputStorageFormats: ['jsonl'],
      name,
      versionId: '1',
      versionAliases: ['default'],
      createTime: at,
      updateTime: at,
    };
    world.models.set(name, { ...message, etag: etagOf(message) });
    return { '@type': typeUrl('UploadModelResponse'), model: name, modelVersionId: '1' };
  });
};

const get: Handler = (world, { name }) => {
  const model = world.models.get(bare(name));
  if (model === undefined) throw notFound('model', name);
  return { ...model, deployedModels: deploymentsOf(world, bare(name)) };
};

const list: Handler = (world, request) => {
  const { items, ...rest } = page(parentOf(request['parent']), 'models', world.models.values(), request);
  return { models: items, ...rest };
};

/** model_service.proto, DeleteModel: "cannot be deleted if any Endpoint has a DeployedModel based on the model". */
const remove: Handler = (world, { name }) => {
  const key = bare(name);
  const check = (): void => {
    if (!world.models.has(key)) throw notFound('model', name);
    if (deploymentsOf(world, key).length > 0)
      throw new Refusal('FAILED_PRECONDITION', `The model "${key}" is deployed at one or more endpoints.`);
  };
  check();
  return world.begin(key, 'DeleteOperationMetadata', world.delays.remove, async () => {
    check();
    world.models.delete(key);
    return { '@type': typeUrl('google.protobuf.Empty') };
  });
};

const deploymentsOf = (world: World, model: string): readonly Json[] =>
  [...world.endpoints].flatMap(([endpoint, { deployed }]) =>
    [...deployed]
      .filter(([, { message }]) => bare(message['model']) === model)
      .map(([deployedModelId]) => ({ endpoint, deployedModelId })),
  );

export const MODELS: Readonly<Record<string, Handler>> = {
  UploadModel: upload,
  GetModel: get,
  ListModels: list,
  DeleteModel: remove,
};
