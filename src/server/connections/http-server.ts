import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { TlsFiles } from '../../config/access.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { Logger } from '../../core/ports.ts';
import { answerClientError } from '../../serving/http/client-error.ts';
import { hostHeaderError } from '../../serving/http/host-header.ts';
import { sendError } from '../../serving/http/reply.ts';
import type { UploadRequests } from '../no-timeout.ts';
import type { RequestHandler } from '../proxy.ts';
import type { ConnectionLimiter } from './connection-limiter.ts';
import { type FastPathHandler, takeFastPath } from './fast-path.ts';

export interface HttpServerOptions {
  readonly tls?: TlsFiles | null | undefined;
  readonly requestMillis?: number | undefined;
  readonly checkMillis?: number | undefined;
  readonly connections: ConnectionLimiter;
  /** Requests that may take longer than the timeout. */
  readonly unhurried: UploadRequests;
  readonly logger: Logger;
  /** Answers predictions that come in one piece. */
  readonly answer: FastPathHandler;
}

/** Longer than the idle timeout of the usual load balancers (60 s), so that the balancer closes first. */
const KEEP_ALIVE_MILLIS = 65_000;
/** A request of the control API may take longer: models are uploaded over slow lines. */
const REQUEST_MILLIS = 60_000;
/** Milliseconds that the headers of a request may take, from the first byte or from the connection on. */
const HEADERS_MILLIS = 30_000;
/** Milliseconds between two checks of both. */
const CHECK_MILLIS = 2000;

const CLOSING = ['connection', 'close'];

/** A server that is about to listen: `handle` gets each request whose head is in order. Throws TLS_UNREADABLE. */
export async function openHttpServer(options: HttpServerOptions, handle: RequestHandler): Promise<Server> {
  const { tls, requestMillis = REQUEST_MILLIS, checkMillis = CHECK_MILLIS } = options;
  const { connections, unhurried, logger, answer } = options;
  const headersMillis = Math.min(HEADERS_MILLIS, requestMillis);
  const settings = {
    keepAliveTimeout: KEEP_ALIVE_MILLIS,
    requestTimeout: requestMillis,
    headersTimeout: headersMillis,
    connectionsCheckingInterval: checkMillis,
    // Said by `checked`, in JSON as everything else.
    requireHostHeader: false,
    ServerResponse: connections.Response,
  };
  const checked = checkingHosts(handle);
  const server = tls
    ? (await import('../access/tls.ts')).tlsServer(tls, settings, checked, logger)
    : createServer(settings, checked);
  server.on('checkContinue', expecting(checked));
  server.on('checkExpectation', refuseExpectation);
  server.on('clientError', (error, socket) => {
    if (!unhurried.mayGoOn(error, socket)) answerClientError(error, socket);
  });
  if (!tls)
    takeFastPath(server, {
      ...{ answer, connections, headersMillis, keepAliveMillis: KEEP_ALIVE_MILLIS, checkMillis },
    });
  connections.keep(server);
  return server;
}

const checkingHosts =
  (handle: RequestHandler): RequestHandler =>
  (request, response) => {
    const fault = hostHeaderError(request);
    if (fault === null) handle(request, response);
    else sendError(response, fault, CLOSING);
  };

/**
 * A client that waits for `100 Continue` gets it once its request was not refused at sight. Refused, it may send its body
 * all the same, or not: nobody could tell that from its next request, so the connection ends (RFC 9110 §10.1.1).
 */
const expecting =
  (handle: RequestHandler): RequestHandler =>
  (request, response) => {
    const { shouldKeepAlive } = response;
    response.shouldKeepAlive = false;
    handle(request, response);
    if (response.headersSent) return;
    response.shouldKeepAlive = shouldKeepAlive;
    response.writeContinue();
  };

function refuseExpectation(request: IncomingMessage, response: ServerResponse): void {
  const { expect: found } = request.headers;
  sendError(response, new PlimsollError('EXPECTATION_UNKNOWN', { found }), CLOSING);
}
