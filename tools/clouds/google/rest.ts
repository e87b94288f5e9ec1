/** HTTP and JSON in front of the fake, by the paths that the protos give (google/api/http.proto). */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type ApiMethod, METHODS, messageNamed } from './descriptors.ts';
import type { Dispatcher } from './dispatch.ts';
import { camelKeys, type Json } from './json.ts';
import { Cut, Refusal } from './refusal.ts';

interface Route {
  readonly method: ApiMethod;
  readonly verb: string;
  readonly path: RegExp;
  /** Fields that the path fills, in order: `endpoint.name`. */
  readonly fields: readonly string[];
  readonly body: string | null;
}

function routeOf(method: ApiMethod): Route[] {
  const { binding, service, name } = method;
  if (service === 'Operations') return operationRoute(method, name);
  if (binding === null) return [];
  const fields: string[] = [];
  const pattern = binding.pattern.replaceAll(/\{([\w.]+)=([^}]+)\}/g, (_, field: string, value: string) => {
    fields.push(field);
    return `(${value.replaceAll('**', '.+').replaceAll(/\*(?!\))/g, '[^/:]+')})`;
  });
  return [{ method, verb: binding.verb, path: new RegExp(`^${pattern}$`), fields, body: binding.body }];
}

/** aiplatform_v1.yaml puts operations below every resource. */
function operationRoute(method: ApiMethod, name: string): Route[] {
  const under = 'projects/[^/]+/locations/[^/]+(?:/[^/]+/[^/]+)?';
  const paths: Readonly<Record<string, readonly [string, string]>> = {
    GetOperation: ['GET', `^/(?:v1|ui)/(${under}/operations/[^/:]+)$`],
    ListOperations: ['GET', `^/(?:v1|ui)/(${under})/operations$`],
    WaitOperation: ['POST', `^/(?:v1|ui)/(${under}/operations/[^/:]+):wait$`],
  };
  const [verb, path] = paths[name] ?? [];
  return path === undefined || verb === undefined
    ? []
    : [{ method, verb, path: new RegExp(path), fields: ['name'], body: verb === 'POST' ? '*' : null }];
}

const ROUTES: readonly Route[] = METHODS.flatMap(routeOf);
const LIMIT_BYTES = 8 * 1024 * 1024;

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > LIMIT_BYTES) throw new Refusal('INVALID_ARGUMENT', 'Request payload size exceeds the limit.');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function jsonOf(bytes: Buffer): Json {
  if (bytes.length === 0) return {};
  try {
    return JSON.parse(bytes.toString()) as Json;
  } catch (error) {
    throw new Refusal('INVALID_ARGUMENT', `Invalid JSON payload received: ${String(error)}`);
  }
}

/** Any body is one to a raw prediction; Google's Python client sends it wrapped all the same. */
function bodyFields(route: Route, bytes: Buffer, type: string): Json {
  if (route.body === null) return {};
  if (route.method.name === 'RawPredict') {
    const wrapped = /json/.test(type) ? jsonOf(bytes) : {};
    return 'httpBody' in wrapped
      ? wrapped
      : { httpBody: { contentType: type, data: bytes.toString('base64') } };
  }
  const json = jsonOf(bytes);
  return route.body === '*' ? json : { [camel(route.body)]: json };
}

const camel = (text: string): string =>
  text.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

function requestOf(route: Route, url: URL, bytes: Buffer, type: string): Json {
  const found = route.path.exec(decodeURIComponent(url.pathname))!;
  const fields: Record<string, unknown> = { ...bodyFields(route, bytes, type) };
  for (const [key, value] of url.searchParams) {
    if (!key.startsWith('$')) fields[camel(key)] = typed(route.method.request, camel(key), value);
  }
  for (const [i, field] of route.fields.entries()) {
    const [head, inner] = field.split('.').map(camel) as [string, string | undefined];
    fields[head] =
      inner === undefined ? found[i + 1] : { ...(fields[head] as object), [inner]: found[i + 1] };
  }
  return camelKeys(route.method.request, fields, '') as Json;
}

/** What a query says is text; numbers are told by their field. */
function typed(type: string, name: string, value: string): unknown {
  return messageNamed(type)?.fields[name]?.type === 'int32' ? Number(value) : value;
}

export function restServer(dispatcher: Dispatcher): Server {
  return createServer((request, response) => {
    void answer(dispatcher, request, response);
  });
}

async function answer(
  dispatcher: Dispatcher,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const bytes = await bodyOf(request);
    const url = new URL(request.url ?? '/', 'http://fake');
    const path = decodeURIComponent(url.pathname);
    const route = ROUTES.find(({ verb, path: pattern }) => verb === request.method && pattern.test(path));
    if (route === undefined) throw new Refusal('NOT_FOUND', `No method at ${request.method} ${path}.`);
    const type = request.headers['content-type'] ?? 'application/json';
    const json = await dispatcher.call(route.method, requestOf(route, url, bytes, type));
    if (route.method.name === 'RawPredict') {
      const { contentType, data } = json as { contentType: string; data: string };
      response.writeHead(200, { 'content-type': contentType }).end(Buffer.from(data, 'base64'));
    } else send(response, 200, json);
  } catch (error) {
    if (error instanceof Cut) request.socket.destroy();
    else refuse(response, error);
  }
}

function refuse(response: ServerResponse, error: unknown): void {
  const refusal = error instanceof Refusal ? error : new Refusal('INTERNAL', String(error));
  const { http, status, message } = refusal;
  send(response, http, { error: { code: http, message, status } });
}

const send = (response: ServerResponse, status: number, body: Json): void => {
  response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' }).end(JSON.stringify(body));
};
