/**
 * The control API over HTTP: operations as data (one file a resource), Fastify for the road to them. Predictions never
 * come this way.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import multipart from '@fastify/multipart';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import packageJson from '../../../package.json' with { type: 'json' };
import type { PitfallReport } from '../../advise/pitfalls/pitfall.ts';
import type { AccessMode } from '../../config/access.ts';
import type { ChangeWatch } from '../../control/changes/change-watch.ts';
import type { TrafficWatch } from '../../control/fleet/traffic-watch.ts';
import type { ApiKeyring } from '../../control/keys/port.ts';
import type { ControlApi } from '../../control/port.ts';
import type { Actor } from '../../core/actor.ts';
import { elementAt } from '../../core/element-at.ts';
import { toError } from '../../core/error-text.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { Clock, Logger } from '../../core/ports.ts';
import type { RouterView } from '../../deploy/routers/follow.ts';
import type { JobsPort } from '../../jobs/port.ts';
import type { RecentRequest } from '../../metrics/recent-request.ts';
import type { MonitoringApi } from '../../monitor/port.ts';
import { checkDepth } from '../../serving/admission/memory/request-cost.ts';
import { errorHeaders } from '../../serving/http/error-headers.ts';
import type { AuditEntry, Idempotency } from '../../store/store.ts';
import { allows } from '../access/scopes.ts';
import type { VersionAnalyses } from '../analysis/analyses.ts';
import { wantsEvents } from '../event-responses.ts';
import type { AccessRules, ApiCaller } from './access.ts';
import { admitter, followerOf, PREFIX, type RefusedCall } from './admission.ts';
import { checkerOf } from './check.ts';
import { EventStreams, EventSubscription } from './event-stream.ts';
import { asCoded } from './failures.ts';
import { IdempotentRequests } from './idempotency.ts';
import type { AuditNote } from './job-changes.ts';
import { openapiDocument } from './openapi.ts';
import { type ApiRoute, OperationResult, type StagedUpload, WRITE_HEADERS } from './operation.ts';
import { OPERATIONS } from './operations.ts';
import { nameOf, scopeOf } from './scopes.ts';
import { sendAnswer } from './send-answer.ts';
import type { ServerFacts } from './server-facts.ts';
import { receiveUpload } from './upload.ts';

export interface ApiOptions extends AccessRules {
  readonly dataDir: string;
  readonly logger: Logger;
  readonly idempotency: Idempotency;
  readonly clock: Clock;
  readonly apiKeys: ApiKeyring;
  readonly accessMode: AccessMode;
  /** Called with what was refused to a caller who is known, or not, and would have changed something. */
  readonly onRefused?: (refused: RefusedCall) => void;
  /** Takes an entry of the audit log for what was changed. */
  readonly onChanged?: (entry: Omit<AuditEntry, 'at'>) => Promise<void>;
  /** Called before an upload is received, and what it answers as it comes. Both throw where the caller may bring no more. */
  readonly onUpload?: (caller: ApiCaller, request: IncomingMessage) => () => void;
  /** Opens what is asked about jobs. */
  readonly jobs: () => Promise<JobsPort>;
  /** Opens what is asked about monitoring. */
  readonly monitoring: () => Promise<MonitoringApi>;
  /** Looks for what commonly goes wrong. */
  readonly pitfalls: () => Promise<PitfallReport>;
  /** How routers outside stand to the routes that they follow. */
  readonly routers: () => readonly RouterView[];
  /** What this server is. */
  readonly facts: () => Promise<ServerFacts>;
  /** What is asked and answered now. */
  readonly traffic: Pick<TrafficWatch, 'look' | 'follow'>;
  /** Requests of an endpoint of late. */
  readonly recent: (endpoint: string) => Promise<readonly RecentRequest[]>;
  /** Opens what looks into versions. */
  readonly analyses: () => Promise<VersionAnalyses>;
  /** What has changed, whoever changed it. */
  readonly changes: Pick<ChangeWatch, 'follow'>;
}

export interface ControlApiServer {
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  close(): Promise<void>;
}

/** An API has no pages: nothing of it is to be framed, sniffed, cached or read by other sites. */
const HEADERS = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
} as const;

const CALLER = Symbol('who asks');
const CHECK = Symbol('whether more of an upload may come');
type Admitted = FastifyRequest & { [CALLER]?: ApiCaller; [CHECK]?: (() => void) | undefined };
const NOBODY: ApiCaller = { isLocal: false, key: null };

export async function createApi(control: ControlApi, options: ApiOptions): Promise<ControlApiServer> {
  const admitted = admitter(options);
  const app = fastify({
    routerOptions: { maxParamLength: 1000 },
    exposeHeadRoutes: false,
    requestIdHeader: false,
    // A path that is none comes by no hook: who asks for it is told no more than others.
    frameworkErrors: (error, request, reply) =>
      refuse(
        reply as FastifyReply,
        refusalOf(() => admitted(request as FastifyRequest), error, options),
      ),
  });
  takeBodies(app);
  app.addHook('onRequest', async (request: Admitted, reply) => {
    reply.headers(HEADERS);
    request[CALLER] = admitted(request);
    // The framework looks at bodies first, and has words of its own for some of them.
    if (request.is404) throw unknownRoute(request.method, request.url);
  });
  app.setErrorHandler((error, { headers }, reply) =>
    refuse(reply, asCoded(error, headers['content-type'], options.logger)),
  );
  const document = JSON.stringify(openapiDocument(OPERATIONS, packageJson.version));
  app.get(`${PREFIX}/openapi.json`, (_, reply) => reply.type('application/json').send(document));
  const repeats = new IdempotentRequests(options.idempotency, options.clock);
  const streams = new EventStreams();
  const tools = { ...options, control, repeats, streams, mayFollow: followerOf(options) };
  for (const operation of OPERATIONS) addRoute(app, operation, tools);
  await app.ready();
  return { handle: (request, response) => app.routing(request, response), close: () => app.close() };
}

/** Why somebody may not ask, else what is wrong with what is asked. */
function refusalOf(admit: () => ApiCaller, error: Error, { logger }: ApiOptions): PlimsollError {
  try {
    admit();
  } catch (refused) {
    return asCoded(refused, undefined, logger);
  }
  return asCoded(error, undefined, logger);
}

/** ROUTE_NOT_FOUND, or METHOD_NOT_ALLOWED where the path is one for other methods. */
function unknownRoute(method: string, url: string): PlimsollError {
  const path = url.replace(/\?.*/s, '').slice(0, 1000);
  const fits = ({ path: known }: ApiRoute): boolean =>
    new RegExp(`^${PREFIX}${known.replaceAll(/\{\w+\}/g, '[^/:]+')}$`).test(path);
  const methods = new Set(OPERATIONS.filter(fits).map((operation) => operation.method));
  if (methods.size === 0) return new PlimsollError('ROUTE_NOT_FOUND', { path });
  return new PlimsollError('METHOD_NOT_ALLOWED', { method, path, allowed: [...methods].join(', ') });
}

/** JSON and, where an operation takes files, multipart; nothing that a form on a page can send. */
function takeBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, given, done) => {
    const bytes = given as Buffer;
    if (bytes.length === 0) return done(null, undefined);
    try {
      checkDepth(bytes, {});
    } catch (error) {
      return done(toError(error));
    }
    return parse(request, bytes.toString(), done);
  });
  app.register(multipart);
}

interface Tools
  extends Pick<
    ApiOptions,
    | 'dataDir'
    | 'jobs'
    | 'monitoring'
    | 'pitfalls'
    | 'routers'
    | 'facts'
    | 'traffic'
    | 'recent'
    | 'analyses'
    | 'changes'
    | 'apiKeys'
    | 'accessMode'
    | 'onRefused'
    | 'onUpload'
    | 'onChanged'
  > {
  readonly control: ControlApi;
  readonly repeats: IdempotentRequests;
  readonly streams: EventStreams;
  /** Whether who was let in would be let in now. */
  readonly mayFollow: (operation: ApiRoute, request: FastifyRequest) => boolean;
}

function addRoute(app: FastifyInstance, operation: ApiRoute, tools: Tools): void {
  const { method, path, bodyLimit } = operation;
  const answer = answerer(operation, tools);
  // A verb follows its name after a colon: `/rollouts/{id}:pause`.
  const url = path.replaceAll(/\{(\w+)\}:/g, ':$1([^/]+)::').replaceAll(/\{(\w+)\}/g, ':$1');
  app.route({
    method,
    url: `${PREFIX}${url}`,
    bodyLimit,
    onRequest: async (request: Admitted) => checkScope(operation, request, tools),
    async handler(request, reply) {
      const answered = await answer(request);
      if (answered instanceof EventSubscription) {
        const { streams, mayFollow } = tools;
        streams.start(reply.raw, HEADERS, answered, () => mayFollow(operation, request));
        return reply.hijack();
      }
      return sendAnswer(reply, request.headers['accept-encoding'], answered);
    },
  });
}

/** Before its body is read. Throws SCOPE_FORBIDDEN, and what `onUpload` does. */
function checkScope(operation: ApiRoute, request: Admitted, { onRefused, onUpload }: Tools): void {
  const caller = request[CALLER] ?? NOBODY;
  const { key, isLocal } = caller;
  const wanted = scopeOf(operation);
  if (!isLocal && (key === null || !allows(key.scope, wanted))) {
    if (operation.method !== 'GET')
      onRefused?.({ by: actorOf(request, null).by, operation: nameOf(operation), code: 'SCOPE_FORBIDDEN' });
    const about = { key: key?.name ?? 'none', found: key?.scope ?? 'none', wanted, what: nameOf(operation) };
    throw new PlimsollError('SCOPE_FORBIDDEN', about);
  }
  if (operation.takesFiles) request[CHECK] = onUpload?.(caller, request.raw);
}

function answerer(operation: ApiRoute, tools: Tools) {
  const { repeats, dataDir, control, jobs, monitoring, pitfalls, routers, facts } = tools;
  const { traffic, recent, analyses, changes } = tools;
  const { apiKeys, accessMode, onChanged } = tools;
  const { method, status, takesFiles, follow } = operation;
  const paramsOf = checkerOf(operation.params, 'path');
  const queryOf = checkerOf(operation.query, 'query');
  const checkHeaders = headerChecker(operation);
  const bodyOf = bodyChecker(operation);
  const uploadOf = (request: Admitted): Promise<StagedUpload> => {
    if (takesFiles) return receiveUpload(request, dataDir, request[CHECK] ?? (() => undefined));
    const types = { found: 'multipart/form-data', wanted: 'application/json' };
    throw new PlimsollError('CONTENT_TYPE_UNSUPPORTED', types);
  };
  return async (request: Admitted): Promise<OperationResult | EventSubscription> => {
    const params = paramsOf(request.params);
    const query = queryOf(request.query);
    const { 'idempotency-key': key = null } = checkHeaders(request) as { 'idempotency-key'?: string };
    const upload = request.isMultipart() ? await uploadOf(request) : null;
    const body = upload ?? bodyOf(request.body);
    const actor = actorOf(request, body);
    const { isLocal, key: caller } = request[CALLER] ?? NOBODY;
    const call = {
      control,
      jobs,
      monitoring,
      pitfalls,
      routers,
      facts,
      traffic,
      recent,
      analyses,
      dataDir,
      changes,
      apiKeys,
      accessMode,
      caller,
      key,
      params,
      query,
      body,
      actor,
      isLocal,
      note: noteOf(actor, onChanged),
    };
    if (follow !== null && wantsEvents(request.headers.accept))
      return new EventSubscription((send) => follow(call as never, send));
    let isTaken = false;
    const work = async (): Promise<OperationResult> => {
      isTaken = true;
      const given = await operation.handle(call as never);
      return new OperationResult(status, given);
    };
    if (method === 'GET' || key === null || operation.isSecret) return work();
    const text = upload?.fingerprint ?? JSON.stringify(body) ?? '';
    // What is handled is discarded when its proof is over, which may be after the answer.
    const asked = repeats.once(key, [method, request.url, text], work, operation.needsNoStore);
    return asked.finally(() => isTaken || upload?.discard());
  };
}

const noteOf =
  ({ by, reason }: Actor, onChanged: ApiOptions['onChanged']): AuditNote =>
  async (what, subject, body) =>
    onChanged?.({ by, what, subject, body: { ...body, reason: reason ?? null } });

/** What a change says about itself; of what is only asked nothing is read. */
function headerChecker({ method }: ApiRoute): (request: FastifyRequest) => unknown {
  if (method === 'GET') return () => ({});
  const check = checkerOf(WRITE_HEADERS, 'header');
  return ({ headers }) => check(headers);
}

function bodyChecker({ body, path }: ApiRoute): (given: unknown) => unknown {
  if (body === null) return (given) => refuseBody(given, path);
  const check = checkerOf(body, 'body');
  const isOptional = Type.IsOptional(body);
  return (given) => (given === undefined && isOptional ? undefined : check(given));
}

function refuseBody(given: unknown, path: string): undefined {
  if (given === undefined) return undefined;
  const problems = `body is there, and ${path} takes none`;
  throw new PlimsollError('REQUEST_INVALID', { problems, list: [problems] });
}

/**
 * Who acts: the name of the key, for whom by the word of its holder, and from where. Programs on this machine are believed
 * who they are.
 */
function actorOf(request: Admitted, body: unknown): Actor {
  const { headers } = request;
  const by = [headers['x-plimsoll-by']].flat()[0];
  const peer = [headers['x-plimsoll-peer']].flat()[0];
  const reason = (body as { reason?: string } | undefined)?.reason;
  const from = peer ? ` from ${peer}` : '';
  const said = by === undefined ? null : decoded(by).slice(0, 200);
  const key = request[CALLER]?.key ?? null;
  if (key === null) return { by: said ?? `api${from}`, reason };
  return { by: `key:${key.name}${said === null ? '' : ` for ${said}`}${from}`, reason };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function refuse(reply: FastifyReply, error: PlimsollError): FastifyReply {
  const headers = errorHeaders(error);
  for (let k = 0; k < headers.length; k += 2) reply.header(elementAt(headers, k), headers[k + 1]);
  return reply.status(error.http).headers(HEADERS).type('application/json').send(JSON.stringify({ error }));
}
