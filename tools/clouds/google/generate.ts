/**
 * Writes what Google publishes of the API of Vertex AI: paths, messages, what is required. `node tools/clouds/google/generate.ts`
 * reads it in the packages named below, which it installs in a folder of its own, and writes `generated/api.json`.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Api, ApiField, ApiMessage, ApiMethod } from './descriptors.ts';

/** Whose protos are read, and what reads them. */
const PACKAGES = ['@google-cloud/aiplatform@6.11.0', 'google-gax@5.0.8', 'protobufjs@8.8.1'];
const API_FILE = join(import.meta.dirname, 'generated/api.json');
const VERTEX = 'google.cloud.aiplatform.v1';
const SERVICES = ['endpoint', 'model', 'job', 'prediction'];
/** Methods whose messages are kept; of the others, only that there are such. */
const PLAYED =
  /^(Upload|Get|List|Delete|Create|Update|Deploy|Undeploy|Cancel)(Model|Endpoint|BatchPredictionJob)s?$|^(Raw)?Predict$|Operations?$/;
/** What operations carry, which no method names. */
const CARRIED = [
  ...['UploadModelOperationMetadata', 'UploadModelResponse', 'CreateEndpointOperationMetadata'],
  ...['DeployModelOperationMetadata', 'DeployModelResponse', 'UndeployModelOperationMetadata'],
  ...['UndeployModelResponse', 'DeleteOperationMetadata'],
];

/** What is used of protobufjs. */
interface Reflected {
  readonly name: string;
  readonly fullName: string;
  readonly parsedOptions?: readonly Readonly<Record<string, unknown>>[] | null;
}
interface ReflectedField extends Reflected {
  readonly type: string;
  readonly repeated: boolean;
  readonly map?: boolean;
  readonly resolvedType: ReflectedType | null;
}
interface ReflectedType extends Reflected {
  readonly fieldsArray?: readonly ReflectedField[];
  readonly oneofsArray?: readonly { readonly name: string; readonly oneof: readonly string[] }[];
  readonly values?: Readonly<Record<string, number>>;
}
interface ReflectedMethod extends Reflected {
  readonly requestStream?: boolean;
  readonly responseStream?: boolean;
  readonly resolvedRequestType: ReflectedType;
  readonly resolvedResponseType: ReflectedType;
}
interface Root {
  resolvePath: (origin: string, target: string) => string | null;
  loadSync(files: readonly string[]): void;
  resolveAll(): void;
  lookupType(name: string): ReflectedType;
  lookupService(name: string): { readonly methodsArray: readonly ReflectedMethod[] };
}

/** The text of the file, as it should be. */
export async function generatedApi(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'vertex-api-'));
  try {
    const flags = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder];
    execFileSync('npm', ['install', ...flags, ...PACKAGES], { stdio: ['ignore', 'ignore', 'inherit'] });
    return written(apiOf(await load(join(folder, 'node_modules'))));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Files are read rather than protos.json, which keeps only the last of several `field_behavior`s of a field. */
async function load(packages: string): Promise<Root> {
  const file = pathToFileURL(join(packages, 'protobufjs/index.js')).href;
  const { default: protobuf } = (await import(file)) as { default: { Root: new () => Root } };
  const folders = ['@google-cloud/aiplatform', 'google-gax'].map((name) =>
    join(packages, name, 'build/protos'),
  );
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) =>
    folders.map((folder) => join(folder, target)).find((path) => existsSync(path)) ?? null;
  const files = SERVICES.map((name) => `google/cloud/aiplatform/v1/${name}_service.proto`);
  root.loadSync([...files, 'google/longrunning/operations.proto', 'google/protobuf/empty.proto']);
  root.resolveAll();
  return root;
}

function apiOf(root: Root): Api {
  const services = [
    ...SERVICES.map((name) => `${VERTEX}.${name[0]!.toUpperCase()}${name.slice(1)}Service`),
    'google.longrunning.Operations',
  ];
  const methods = services.flatMap((service) =>
    root
      .lookupService(service)
      .methodsArray.filter(({ requestStream, responseStream }) => !requestStream && !responseStream)
      .map((method) => ({ service: service.slice(service.lastIndexOf('.') + 1), method })),
  );
  const messages: Record<string, ApiMessage> = {};
  const enums: Record<string, Readonly<Record<string, number>>> = {};
  const add = (type: ReflectedType): void => {
    const name = type.fullName.slice(1);
    if (type.values !== undefined) enums[name] = type.values;
    if (type.fieldsArray === undefined || name in messages) return;
    messages[name] = { fields: {} };
    messages[name] = messageOf(type);
    for (const { resolvedType } of type.fieldsArray) if (resolvedType !== null) add(resolvedType);
  };
  for (const { method } of methods.filter(({ method: { name } }) => PLAYED.test(name))) {
    add(method.resolvedRequestType);
    add(method.resolvedResponseType);
  }
  for (const name of CARRIED) add(root.lookupType(`${VERTEX}.${name}`));
  return {
    from: PACKAGES.slice(0, 2).join(', '),
    methods: methods.map(({ service, method }) => methodOf(service, method)),
    messages: sorted(messages),
    enums: sorted(enums),
  };
}

const sorted = <T>(table: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(table).sort(([a], [b]) => (a < b ? -1 : 1)));

/** One line for each method, message and enum, so that a new version shows what it changes. */
function written({ from, methods, messages, enums }: Api): string {
  const lines = (table: Readonly<Record<string, unknown>>): string =>
    Object.entries(table)
      .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
      .join(',\n');
  return `{"from":${JSON.stringify(from)},
"methods":[\n${methods.map((method) => JSON.stringify(method)).join(',\n')}\n],
"messages":{\n${lines(messages)}\n},
"enums":{\n${lines(enums)}\n}}\n`;
}

function methodOf(service: string, method: ReflectedMethod): ApiMethod {
  const http = optionsOf(method, '(google.api.http)')[0] as Readonly<Record<string, string>> | undefined;
  const verb = ['get', 'post', 'patch', 'delete', 'put'].find((name) => http?.[name] !== undefined);
  return {
    service,
    name: method.name,
    request: method.resolvedRequestType.fullName.slice(1),
    response: method.resolvedResponseType.fullName.slice(1),
    binding:
      http === undefined || verb === undefined
        ? null
        : { verb: verb.toUpperCase(), pattern: http[verb]!, body: http['body'] ?? null },
  };
}

function messageOf(type: ReflectedType): ApiMessage {
  const fields = type.fieldsArray!.map((field): [string, ApiField] => {
    const says = optionsOf(field, '(google.api.field_behavior)').flat().map(String);
    return [
      field.name,
      {
        type: field.resolvedType?.fullName.slice(1) ?? field.type,
        ...(field.map === true ? { of: 'map' } : field.repeated ? { of: 'list' } : {}),
        ...(says.length === 0 ? {} : { says }),
      },
    ];
  });
  const oneofs = type.oneofsArray!.filter(({ oneof }) => oneof.length > 1);
  return {
    fields: Object.fromEntries(fields),
    ...(oneofs.length === 0
      ? {}
      : { oneofs: Object.fromEntries(oneofs.map(({ name, oneof }) => [name, oneof])) }),
  };
}

const optionsOf = ({ parsedOptions }: Reflected, name: string): readonly unknown[] =>
  (parsedOptions ?? []).flatMap((option) => (name in option ? [option[name]] : []));

/** What is there. */
export const committedApi = (): string => readFileSync(API_FILE, 'utf8');

if (import.meta.main) writeFileSync(API_FILE, await generatedApi());
