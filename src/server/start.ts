import { once } from 'node:events';
import type { Server } from 'node:http';
import { availableParallelism } from 'node:os';
import type { TlsFiles } from '../config/access.ts';
import { type Contract, PLAIN } from '../config/contract.ts';
import { messageOf, systemCodeOf } from '../core/error-text.ts';
import { boundAddress } from '../core/network.ts';
import type { Logger } from '../core/ports.ts';
import type { AliasSet } from '../metrics/alias-sets.ts';
import type { MetricFamily } from '../metrics/metric-family.ts';
import { availableMemory } from '../process/available-memory.ts';
import { residentBytes } from '../registry/memory.ts';
import type { LoadedVersion } from '../registry/version.ts';
import type { AccessGate } from '../serving/access-gate.ts';
import { type MemoryPlan, planThreadMemory } from '../serving/admission/memory/memory-plan.ts';
import type { DataCapture } from '../serving/capture/data-capture.ts';
import { DataPlane } from '../serving/data-plane.ts';
import { LazyExplanations } from '../serving/explanations/lazy-explanations.ts';
import { DEFAULT_HTTP_LIMITS, type HttpLimits } from '../serving/http/limits.ts';
import { ServingMetrics } from '../serving/metrics/serving-metrics.ts';
import { PredictionServer, type PredictionServerOptions } from '../serving/prediction/server.ts';
import type { RolloutRecorder } from '../serving/recorder/rollout-recorder.ts';
import { ShadowRunner } from '../serving/shadow-runner.ts';
import { ScoringPool } from '../serving/threads/scoring-pool.ts';
import type { PageGuard } from './access/guard.ts';
import { BACKLOG, listenFailed, type ServerAddress, urlOf } from './address.ts';
import { ConnectionLimiter } from './connections/connection-limiter.ts';
import { connectionLimit, ownDescriptors } from './connections/file-descriptors.ts';
import { openHttpServer } from './connections/http-server.ts';
import { drain, leaveSocket as leave } from './drain.ts';
import { EventResponses } from './event-responses.ts';
import { UploadRequests } from './no-timeout.ts';
import { leadsToConsole, pagesOf } from './pages.ts';
import type { RequestHandler } from './proxy.ts';

export interface ServerOptions extends Partial<HttpLimits> {
  /** Versions to answer; a name without a version means its highest. Not looked at where a plane is given. */
  readonly versions: readonly LoadedVersion[];
  /** What is to answer, and goes on changing. @default one that rests on `versions` */
  readonly plane?: DataPlane | undefined;
  /** Notes what rollouts need to know. */
  readonly recorder?: RolloutRecorder | undefined;
  /** Captures rows and their answers for the monitor. */
  readonly capture?: DataCapture | undefined;
  /** Says who may ask for predictions. */
  readonly gate?: AccessGate | undefined;
  /** Says who may ask for everything else. */
  readonly guard?: PageGuard | undefined;
  /** What to speak TLS with; plain HTTP without. */
  readonly tls?: TlsFiles | null | undefined;
  /** What the platform that has started this process expects of it. @default {PLAIN} */
  readonly contract?: Contract | undefined;
  /** Answers what comes under `/api/`; without it there is no such path. */
  readonly api?: RequestHandler | undefined;
  /** Answers `/models` and `/models/{model}` instead of the page, where models come and go by them. */
  readonly models?: RequestHandler | undefined;
  /** @default {'127.0.0.1'} */
  readonly host?: string | undefined;
  /** 0 takes a free port. @default {8080} */
  readonly port?: number | undefined;
  /** Processes that share the memory of the container or the machine, with this one. @default {1} */
  readonly copies?: number | undefined;
  /** Scoring threads for what would hold the front loop; they start when needed. @default {cores - 1, at least 2} */
  readonly threads?: number | undefined;
  /** Connections at once. @default {4096, as far as descriptors reach} */
  readonly maxConnections?: number | undefined;
  /** Milliseconds within which a request must be there in full, and how often that is checked. @default {60000, 2000} */
  readonly requestMillis?: number | undefined;
  readonly checkMillis?: number | undefined;
  /** Milliseconds that requests in flight get to finish when the server closes. @default {30000} */
  readonly drainMillis?: number | undefined;
  readonly logger?: Logger | undefined;
  /** Module whose `loadBundle` the scoring threads use, instead of the registry's. */
  readonly loader?: string | undefined;
  /** A bound socket that other processes listen on too; `host` and `port` then only say where it is. */
  readonly listener?: object | undefined;
  /** Where to count, for those who look on. */
  readonly metrics?: ServingMetrics | undefined;
  /** What `/metrics` answers, where this process is not the only one that serves. */
  readonly scrape?: (() => Promise<readonly MetricFamily[]>) | undefined;
  /** Other servers whose names of metrics `/metrics` shows, too. */
  readonly metricsAliases?: readonly AliasSet[] | undefined;
  /** What `/metrics` says besides, of what is done elsewhere. */
  readonly moreMetrics?: (() => Promise<string>) | undefined;
}

export interface RunningServer {
  /** `http://host:port` with the port taken. */
  readonly url: string;
  /** Takes no new connections, finishes what is in flight, then ends. */
  close(): Promise<void>;
}

/** One server of several on a socket. */
export interface SharingServer extends RunningServer {
  /** Takes no new connections, after those that wait; the ones there are go on until `close`. */
  leaveSocket(): Promise<void>;
  /** Is no longer ready and asks clients to connect elsewhere, but goes on answering all that come, until `close`. */
  sendAway(): void;
}

const DRAIN_MILLIS = 30_000;

/** Puts the parts together and listens. Throws LISTEN_FAILED. */
export async function startServer(options: ServerOptions): Promise<SharingServer> {
  const {
    versions,
    host = '127.0.0.1',
    port = 8080,
    logger = SILENT_LOGGER,
    metrics = new ServingMetrics(),
  } = options;
  const maxConnections = connectionLimit(ownDescriptors(), options.maxConnections ?? null);
  const {
    threads,
    loader,
    listener,
    recorder,
    capture,
    gate,
    contract = PLAIN,
    plane = new DataPlane(versions),
  } = options;
  const memory = planOf(options, plane);
  const limits = limitsOf(options, maxConnections, memory());
  const { maxShadowMillis: maxMillis, maxShadowCopies: maxCopies } = limits;
  const shadow = new ShadowRunner({ metrics, loader, maxMillis, maxCopies, memory });
  const { maxQueue, maxScoreMillis } = limits;
  const pool = new ScoringPool({ threads, loader, maxQueue, maxMillis: maxScoreMillis, memory });
  const pages = pagesOf({
    ...options,
    plane,
    metrics,
    contract,
    namesModels: (request) => options.guard?.namesModels(request) ?? true,
    isStopping: () => predictions.isStopping,
    logger,
    maxBody: limits.maxBodyBytes,
    hasConsole: options.api !== undefined,
  });
  const unhurried = new UploadRequests();
  const events = new EventResponses();
  const otherwise = otherwiseOf(options, contract, { unhurried, events }, pages);
  const explanations = new LazyExplanations(logger);
  const parts = { plane, metrics, pool, explanations, recorder, shadow, capture, gate };
  const predictions = new PredictionServer({ ...parts, limits, logger, contract, otherwise });
  const { tls } = options;
  const connections = new ConnectionLimiter({ limit: maxConnections, counts: metrics.connections, logger });
  let isAway = false;
  const handle: RequestHandler = (request, response) => {
    if (isAway) response.shouldKeepAlive = false;
    predictions.handle(request, response);
  };
  const ours = { connections, unhurried, logger, answer: predictions.answer };
  const server = await openHttpServer({ ...options, ...ours }, handle);
  server.on('connection', () => predictions.connectionAccepted());
  await listen(server, { host, port }, listener);
  connections.tolerate(server);
  const { port: taken, family } = boundAddress(server);
  let left: ReturnType<typeof leave> | null = null;
  const leaveSocket = async (): Promise<void> => {
    left ??= leave(server, connections);
    await left;
  };
  const close = async (): Promise<void> => {
    predictions.stop();
    events.end();
    left ??= leave(server, connections);
    const { closed } = await left;
    await drain(server, connections, closed, options.drainMillis ?? DRAIN_MILLIS);
    recorder?.close();
    await Promise.all([pool.close(), shadow.close(), explanations.close()]);
    await capture?.close();
    await Promise.all(plane.versions.map((version) => version.engine.close()));
  };
  const sendAway = (): void => {
    predictions.stop();
    isAway = true;
  };
  return { url: urlOf({ host, port: taken, tls }, family === 'IPv6'), leaveSocket, sendAway, close };
}

/** What answers paths that are no predictions: the control API, the versions of models, then the pages. */
function otherwiseOf(
  { api, guard, models }: ServerOptions,
  contract: Contract,
  { unhurried, events }: { readonly unhurried: UploadRequests; readonly events: EventResponses },
  pages: ReturnType<typeof pagesOf>,
): PredictionServerOptions['otherwise'] {
  return (request, response, path) => {
    if (api && !contract.predictionsOnly && leadsToConsole(request, response, path)) return true;
    if (api && !contract.predictionsOnly && path.startsWith(API) && !API_DOCS.test(path)) {
      guard?.admitControl(request, response);
      unhurried.admit(request, response);
      events.admit(request, response);
      api(request, response);
      return true;
    }
    guard?.admitPage(request, path);
    if (models && MODELS.test(path)) {
      models(request, response);
      return true;
    }
    return pages(request, response, path);
  };
}

/** Slow bodies must not take all connections: half of them are for others. */
function limitsOf(options: ServerOptions, connections: number, { bodies }: MemoryPlan): HttpLimits {
  const given = Object.entries(options).filter(
    ([key, value]) => key in DEFAULT_HTTP_LIMITS && value !== undefined,
  );
  const limits: HttpLimits = { ...DEFAULT_HTTP_LIMITS, ...Object.fromEntries(given) };
  return {
    ...limits,
    maxReceiving: Math.min(limits.maxReceiving, Math.ceil(connections / 2)),
    maxBufferedBytes: Math.min(limits.maxBufferedBytes, bodies),
  };
}

/** What memory is there for requests, asked when it is dealt out: a share of what the container, or the machine, has left. */
function planOf({ threads, copies = 1, recorder }: ServerOptions, plane: DataPlane): () => MemoryPlan {
  const scoring = threads ?? Math.max(2, availableParallelism() - 1);
  // Where requests may be copied to candidates, one more thread scores the copies.
  const wanted = scoring + (recorder === undefined ? 0 : 1);
  return () =>
    planThreadMemory({
      available: availableMemory() / copies,
      models: plane.versions.reduce((sum, { manifest }) => sum + residentBytes(manifest), 0),
      threads: wanted,
    });
}

async function listen(server: Server, address: ServerAddress, listener: object | undefined): Promise<void> {
  if (listener) server.listen(listener, BACKLOG);
  else server.listen(address.port, address.host, BACKLOG);
  try {
    await once(server, 'listening');
  } catch (error) {
    const [code, message] = [systemCodeOf(error), messageOf(error)];
    throw listenFailed(address, code, message);
  }
}

const API = '/api/';
/** A page about the API is a page. */
const API_DOCS = /^\/api\/v1\/docs\/?$/;
const MODELS = /^\/models(?:\/[^/]+)?\/?$/;

export const SILENT_LOGGER: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
