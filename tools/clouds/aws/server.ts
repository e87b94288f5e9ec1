/**
 * Amazon's services as far as deployments need them: stateful, taking their time, refusing what the real ones refuse. What is
 * asked and what is answered is held against botocore's descriptions of the services.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isRecord } from '../../../src/core/record.ts';
import { type ServiceShapes, shapeProblems } from '../../../src/deploy/sagemaker/shapes.ts';
import { WallClock } from '../clock.ts';
import { AUTOSCALING } from './autoscaling.ts';
import { AwsError, validation } from './aws-error.ts';
import { CLOUDWATCH } from './cloudwatch.ts';
import { type Call, type Fault, Faults } from './faults.ts';
import { SERVICES } from './generated/services.ts';
import { invoke, invokeLater } from './runtime.ts';
import { answerS3, s3Error, s3Operation } from './s3.ts';
import { SAGEMAKER } from './sagemaker.ts';
import { World, type WorldOptions } from './world.ts';

export interface Aws {
  /** For `endpoint_url` and `AWS_ENDPOINT_URL`. */
  readonly url: string;
  readonly world: World;
  /** Every call so far, and what is to go wrong. */
  readonly faults: Faults;
  close(): Promise<void>;
}

interface Service {
  readonly prefix: string;
  readonly shapes: ServiceShapes;
  readonly handlers: Readonly<Record<string, (world: World, input: never) => object>>;
}

const JSON_SERVICES: readonly Service[] = [
  { prefix: 'SageMaker', shapes: SERVICES.sagemaker, handlers: SAGEMAKER },
  { prefix: 'AnyScaleFrontendService', shapes: SERVICES['application-autoscaling'], handlers: AUTOSCALING },
  { prefix: 'GraniteServiceVersion20100801', shapes: SERVICES.cloudwatch, handlers: CLOUDWATCH },
];

const DEFAULTS = { takesMillis: 20, containers: null, quotas: new Map() };

/** Starts it on a port of 127.0.0.1; 0 takes a free one. */
export async function startAws(options: Partial<WorldOptions> = {}, port = 0): Promise<Aws> {
  const world = new World({ ...DEFAULTS, clock: new WallClock(), ...options });
  const faults = new Faults();
  const server = createServer((request, response) => void serve(world, faults, request, response));
  // A connection that is closed while a request is on its way would be a failure that nobody has armed.
  server.keepAliveTimeout = 600_000;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: bound } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${bound}`, world, faults, close: () => close(server, world) };
}

async function close(server: Server, world: World): Promise<void> {
  await world.close();
  server.close();
  server.closeAllConnections();
}

async function serve(
  world: World,
  faults: Faults,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const pieces: Buffer[] = [];
  try {
    for await (const piece of request) pieces.push(piece as Buffer);
  } catch {
    return;
  }
  const asked = {
    request,
    url: new URL(request.url ?? '/', 'http://localhost'),
    body: Buffer.concat(pieces),
  };
  const call = callOf(asked);
  const fault = faults.next(call);
  try {
    mustBeSigned(request);
    if (fault && (fault.when ?? 'before') === 'before') befall(fault);
    const answer = await answerOf(world, call, asked);
    faults.effects.push(call);
    faults.onEffect(call);
    if (fault?.when === 'after') befall(fault);
    send(response, answer);
  } catch (error) {
    // A refusal can be lost on its way, too.
    const isLost = error instanceof Cut || (fault?.kind === 'cut' && fault.when === 'after');
    if (isLost) response.destroy();
    else send(response, refusal(call, error));
  }
}

interface Asked {
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly body: Buffer;
}
interface Answered {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

const INVOKED = /^\/endpoints\/([^/]+)\/(async-)?invocations$/;

function callOf({ request, url }: Asked): Call {
  const target = String(request.headers['x-amz-target'] ?? '');
  const [prefix = '', operation = ''] = target.split('.');
  const service = JSON_SERVICES.find((known) => known.prefix === prefix);
  if (service) return { service: prefix, operation };
  const invoked = INVOKED.exec(url.pathname);
  if (invoked) return { service: 'runtime', operation: `InvokeEndpoint${invoked[2] ? 'Async' : ''}` };
  return { service: 's3', operation: s3Operation({ method: request.method ?? '', url }) };
}

async function answerOf(
  world: World,
  { service, operation }: Call,
  { request, url, body }: Asked,
): Promise<Answered> {
  const known = JSON_SERVICES.find(({ prefix }) => prefix === service);
  if (known) return answerJson(world, known, operation, body);
  const [, endpoint, isLater] = INVOKED.exec(url.pathname) ?? [];
  if (endpoint !== undefined) {
    const invocation = { endpoint, headers: request.headers, body };
    return isLater ? invokeLater(world, invocation) : invoke(world, invocation);
  }
  return answerS3(world, { method: request.method ?? '', url, headers: request.headers, body });
}

function answerJson(world: World, { shapes, handlers }: Service, name: string, body: Buffer): Answered {
  const operation = shapes.operations[name];
  const handler = handlers[name];
  if (!operation || !handler) throw new AwsError('UnknownOperationException', `${name} is not there.`);
  const input: unknown = body.length === 0 ? {} : JSON.parse(body.toString('utf8'));
  const problems = operation.input === null ? [] : shapeProblems(shapes, operation.input, input);
  if (problems.length > 0)
    throw validation(
      `${problems.length} validation error${problems.length > 1 ? 's' : ''} detected: ${problems.join('; ')}`,
    );
  const output = handler(world, input as never);
  const own = operation.output === null ? [] : shapeProblems(shapes, operation.output, output);
  if (own.length > 0) throw new Error(`the answer to ${name} is none: ${own.join('; ')}`);
  return {
    status: 200,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify(withSeconds(output)),
  };
}

/** Points in time are seconds since 1970 in this protocol. */
function withSeconds(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(withSeconds);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withSeconds(inner)]));
}

class Cut extends Error {}

function befall({ kind }: Fault): never {
  if (kind === 'cut') throw new Cut();
  if (kind === 'throttle') throw new AwsError('ThrottlingException', 'Rate exceeded');
  if (kind === 'expired')
    throw new AwsError('ExpiredTokenException', 'The security token included in the request is expired');
  if (kind === 'denied')
    throw new AwsError(
      'AccessDeniedException',
      'User: arn:aws:iam::123456789012:user/ci is not authorized to perform this action',
    );
  throw new AwsError('InternalFailure', 'The service has failed', 500);
}

function mustBeSigned({ headers }: IncomingMessage): void {
  if (!/^AWS4-HMAC-SHA256 Credential=/.test(headers.authorization ?? ''))
    throw new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token', 403);
}

function refusal({ service }: Call, error: unknown): Answered {
  const coded =
    error instanceof AwsError ? error : new AwsError('InternalFailure', String((error as Error).stack), 500);
  if (service === 's3') return s3Error(coded);
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    'x-amzn-errortype': coded.code,
    // What services say that once spoke another protocol (awsQueryCompatible).
    'x-amzn-query-error': `${coded.code};${coded.status < 500 ? 'Sender' : 'Receiver'}`,
  };
  const key = service === 'runtime' ? 'Message' : 'message';
  return {
    status: coded.status,
    headers,
    body: JSON.stringify({ __type: coded.code, [key]: coded.message, ...coded.fields }),
  };
}

function send(response: ServerResponse, { status, headers = {}, body = '' }: Answered): void {
  response.writeHead(status, headers);
  response.end(response.req.method === 'HEAD' ? undefined : body);
}
