/** Google's own clients, loaded when they are needed, behind the few calls that a deployment makes. */
import { createRequire } from 'node:module';
import { failureOf, type GrpcError, isTransient } from './failure.ts';

/** A message as the clients take and give it: keys in camel case, enums by name. */
export type Message = Readonly<Record<string, unknown>>;

export interface Operation {
  readonly name: string;
  readonly done: boolean;
  readonly error: { readonly code: number; readonly message: string } | null;
  /** Last part of the name of the type of its metadata: `DeleteOperationMetadata`. */
  readonly kind: string;
}

/** What is asked of the API; every call is tried again by itself where that cannot do a thing twice. */
export interface VertexClient {
  /** A call that answers a message. Throws CLOUD_*; null where a `get` finds nothing. */
  get(service: Service, method: string, request: Message): Promise<Message | null>;
  /** Every item of a list, page by page. */
  list(service: Service, method: string, request: Message): Promise<readonly Message[]>;
  /** A call that changes something. `unless` names codes of google.rpc that mean that it is done already: null then. */
  change(
    service: Service,
    method: string,
    request: Message,
    unless?: readonly number[],
  ): Promise<Message | null>;
  /** Operations on a resource, which need not be there. */
  operations(resource: string): Promise<readonly Operation[]>;
  operation(name: string): Promise<Operation>;
  close(): Promise<void>;
}

export type Service = 'endpoint' | 'model' | 'job';

export interface ClientOptions {
  /** Else Google's library asks for it at every start, and waits where nobody answers. */
  readonly project: string;
  readonly location: string;
  /** `http://127.0.0.1:PORT`: a server of tests, asked without credentials; null for Google's own. */
  readonly address: string | null;
  /** Waits between tries. */
  readonly sleep: (millis: number) => Promise<void>;
  /** Milliseconds that one call may take. @default {60000} */
  readonly timeoutMillis?: number;
}

interface GoogleClient {
  /** Finds credentials. */
  initialize(): Promise<unknown>;
  readonly operationsClient: GoogleClient;
  close(): Promise<void>;
  readonly [method: string]: unknown;
}
type Call = (request: Message, options: Message) => Promise<readonly unknown[]>;

/** Type declarations of these packages are larger than this program: they are named here by what is used of them. */
const require = createRequire(import.meta.url);
const CLASSES: Readonly<Record<Service, () => new (options: Message) => GoogleClient>> = {
  endpoint: () =>
    require('@google-cloud/aiplatform/build/src/v1/endpoint_service_client.js').EndpointServiceClient,
  model: () => require('@google-cloud/aiplatform/build/src/v1/model_service_client.js').ModelServiceClient,
  job: () => require('@google-cloud/aiplatform/build/src/v1/job_service_client.js').JobServiceClient,
};

const TRIES = 4;
const FIRST_PAUSE_MILLIS = 200;
const TIMEOUT_MILLIS = 60_000;
const NOT_FOUND = 5;

/** Credentials are those that google-auth-library finds, where Google itself is asked. */
function settingsOf({ project, location, address }: ClientOptions): Message {
  const projectId = project;
  if (address === null) return { projectId, apiEndpoint: `${location}-aiplatform.googleapis.com` };
  const { hostname, port } = new URL(address);
  const { credentials } = require('@grpc/grpc-js');
  const { PassThroughClient } = require('google-auth-library');
  return {
    projectId,
    apiEndpoint: hostname,
    port: Number(port),
    sslCreds: credentials.createInsecure(),
    authClient: new PassThroughClient(),
  };
}

export function openClient(options: ClientOptions): VertexClient {
  const settings = settingsOf(options);
  const opened = new Map<Service, GoogleClient>();
  const clientOf = (service: Service): GoogleClient => {
    const client = opened.get(service) ?? new (CLASSES[service]())(settings);
    opened.set(service, client);
    return client;
  };
  /**
   * With credentials found. A call would look for them, too, but throws what goes wrong there a second time where nobody can
   * catch it, which ends the process, whatever else it does.
   */
  const readyClient = async (service: Service): Promise<GoogleClient> => {
    const client = clientOf(service);
    await client.initialize();
    return client;
  };
  const timeout = options.timeoutMillis ?? TIMEOUT_MILLIS;
  const once = async (client: GoogleClient, method: string, request: Message, more: Message = {}) =>
    (await (client[method] as Call).call(client, request, { timeout, ...more }))[0];
  /** Reads may always be tried again. */
  const read = async (client: GoogleClient, method: string, request: Message, more: Message = {}) => {
    for (let pause = FIRST_PAUSE_MILLIS, left = TRIES; ; pause *= 2) {
      try {
        return await once(client, method, request, more);
      } catch (error) {
        left -= 1;
        if (left === 0 || !isTransient(error)) throw error;
        await options.sleep(pause);
      }
    }
  };
  const coded = async <T>(
    action: string,
    work: () => Promise<T>,
    fallback?: (code: number) => T | undefined,
  ) => {
    try {
      return await work();
    } catch (error) {
      const done = fallback?.((error as GrpcError).code ?? -1);
      if (done !== undefined) return done;
      throw failureOf(error, action);
    }
  };
  return {
    get: (service, method, request) =>
      coded(
        said(method),
        async () => (await read(await readyClient(service), method, request)) as Message | null,
        (code) => (code === NOT_FOUND ? null : undefined),
      ),
    list: (service, method, request) =>
      coded(said(method), async () => (await read(await readyClient(service), method, request)) as Message[]),
    change: (service, method, request, unless = []) =>
      coded(
        said(method),
        async () => (await once(await readyClient(service), method, request)) as Message | null,
        (code) => (unless.includes(code) ? null : undefined),
      ),
    operations: (resource) =>
      coded(
        'list operations',
        async () => {
          const client = (await readyClient('endpoint')).operationsClient;
          return ((await read(client, 'listOperations', { name: resource })) as Message[]).map(operationOf);
        },
        (code) => (code === NOT_FOUND ? [] : undefined),
      ),
    operation: (name) =>
      coded('look at an operation', async () =>
        operationOf(
          (await read((await readyClient('endpoint')).operationsClient, 'getOperation', { name })) as Message,
        ),
      ),
    close: async () => {
      for (const client of opened.values()) await client.close();
    },
  };
}

/** `createEndpoint` → "create endpoint". */
const said = (method: string): string => method.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

export function operationOf(message: Message): Operation {
  const { name, done, error, metadata } = message as {
    name: string;
    done?: boolean;
    error?: { code: number; message: string } | null;
    metadata?: { type_url?: string; typeUrl?: string } | null;
  };
  const url = metadata?.type_url ?? metadata?.typeUrl ?? '';
  return { name, done: done === true, error: error ?? null, kind: url.slice(url.lastIndexOf('.') + 1) };
}
