/** The published API of Vertex AI, as `@google-cloud/aiplatform` ships it: methods, their paths, their messages. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import protobuf from 'protobufjs';

const SERVICES = ['EndpointService', 'ModelService', 'JobService', 'PredictionService'] as const;
const PACKAGE = 'google.cloud.aiplatform.v1';
const require = createRequire(import.meta.url);

/** Files are read rather than protos.json, which keeps only the last of several `field_behavior`s of a field. */
function load(): protobuf.Root {
  const folders = ['@google-cloud/aiplatform', 'google-gax'].map((name) => {
    const main = require.resolve(name);
    return join(main.slice(0, main.lastIndexOf(`${name}/`) + name.length), 'build/protos');
  });
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) =>
    folders.map((folder) => join(folder, target)).find((path) => existsSync(path)) ?? null;
  const files = ['endpoint', 'model', 'job', 'prediction'].map(
    (name) => `${dirname('google/cloud/aiplatform/v1/x')}/${name}_service.proto`,
  );
  root.loadSync([...files, 'google/longrunning/operations.proto', 'google/protobuf/empty.proto']);
  root.resolveAll();
  return root;
}

export const ROOT = load();

export interface Binding {
  readonly verb: 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'PUT';
  /** `/v1/{parent=projects/*\/locations/*}/models:upload`. */
  readonly pattern: string;
  /** Field that the body is, `*` for all, or null. */
  readonly body: string | null;
}

export interface Method {
  readonly service: string;
  readonly name: string;
  /** As gRPC names it: `/google.cloud.aiplatform.v1.ModelService/UploadModel`. */
  readonly path: string;
  readonly request: protobuf.Type;
  readonly response: protobuf.Type;
  readonly binding: Binding | null;
}

const VERBS = ['get', 'post', 'patch', 'delete', 'put'] as const;

function methodOf(service: protobuf.Service, method: protobuf.Method): Method {
  const http = (method.parsedOptions as readonly Record<string, Record<string, string>>[] | null)?.find(
    (option) => '(google.api.http)' in option,
  )?.['(google.api.http)'];
  const verb = VERBS.find((name) => http?.[name] !== undefined);
  return {
    service: service.name,
    name: method.name,
    path: `/${service.fullName.slice(1)}/${method.name}`,
    request: method.resolvedRequestType!,
    response: method.resolvedResponseType!,
    binding:
      http === undefined || verb === undefined
        ? null
        : {
            verb: verb.toUpperCase() as Binding['verb'],
            pattern: http[verb]!,
            body: http['body'] ?? null,
          },
  };
}

/** Every unary method of the services that are played, and of operations. */
export const METHODS: readonly Method[] = [
  ...SERVICES.map((name) => ROOT.lookupService(`${PACKAGE}.${name}`)),
  ROOT.lookupService('google.longrunning.Operations'),
].flatMap((service) =>
  service.methodsArray
    .filter(({ requestStream, responseStream }) => !requestStream && !responseStream)
    .map((method) => methodOf(service, method.resolve() as protobuf.Method)),
);

export const typeOf = (name: string): protobuf.Type => ROOT.lookupType(`${PACKAGE}.${name}`);

/** What `google.api.field_behavior` says of a field. */
export function behaviours(field: protobuf.Field): readonly string[] {
  const options =
    (field as { parsedOptions?: readonly Record<string, unknown>[] | null }).parsedOptions ?? [];
  return options.flatMap((option) => {
    const said = option['(google.api.field_behavior)'];
    return Array.isArray(said) ? said.map(String) : said === undefined ? [] : [String(said)];
  });
}
