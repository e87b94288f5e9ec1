import type { IncomingMessage, ServerResponse } from 'node:http';
import { availableParallelism } from 'node:os';
import type { Contract } from '../config/contract.ts';
import { isPlimsollError, PlimsollError } from '../core/errors.ts';
import type { Logger } from '../core/ports.ts';
import type { DataPlane } from '../serving/data-plane.ts';
import { protocolPages } from '../serving/http/protocol-pages.ts';
import { sendError, sendJson } from '../serving/http/reply.ts';
import {
  type ExecutionParameters,
  executionParameters,
} from '../serving/http/sagemaker-execution-parameters.ts';
import { type SystemPagesOptions, systemPages } from '../serving/http/system-pages.ts';
import { PROTOCOL_ROUTES } from '../serving/protocols/all.ts';

interface PagesOptions extends Omit<SystemPagesOptions, 'executionParameters' | 'contract'> {
  readonly contract: Contract;
  readonly logger: Logger;
  /** Bytes of one request body. */
  readonly maxBody: number;
  /** Whether there is a control API for the console to ask. */
  readonly hasConsole: boolean;
}

/** Answers a path by GET or HEAD, or says false where it does not know it. */
type Pages = (request: IncomingMessage, response: ServerResponse, path: string) => boolean;

/** Everything that is read: health and metadata in the words of each door, the server's own pages, those for people. */
export function pagesOf({ logger, maxBody, hasConsole, ...options }: PagesOptions): Pages {
  const { plane, contract, isStopping } = options;
  const ofDoors = protocolPages(plane, PROTOCOL_ROUTES, contract, isStopping, logger);
  const pages = systemPages({ ...options, executionParameters: batchParameters(contract, maxBody) });
  const docs = contract.predictionsOnly ? answerAlive : lazyDocs(plane, logger);
  const console = hasConsole && !contract.predictionsOnly ? lazyConsole(logger) : () => false;
  return (request, response, path) => {
    if (ofDoors(request, response, path)) return true;
    const page = pages.get(path);
    if (!page) return console(request, response, path) || docs(request, response, path);
    if (allowsReading(request, response, path)) page(request, response);
    return true;
  };
}

/** A container of SageMaker may be one of a batch transform, which SageMaker says by a variable, too. */
const batchParameters = ({ kind }: Contract, maxBody: number): ExecutionParameters | undefined =>
  kind === 'sagemaker' || process.env['SAGEMAKER_BATCH'] === 'true'
    ? executionParameters(maxBody, availableParallelism())
    : undefined;

function allowsReading(request: IncomingMessage, response: ServerResponse, path: string): boolean {
  const { method } = request;
  if (method === 'GET' || method === 'HEAD') return true;
  sendError(response, new PlimsollError('METHOD_NOT_ALLOWED', { method, path, allowed: 'GET, HEAD' }));
  return false;
}

/** All that is to be seen at the root where there are no pages for people. */
const answerAlive: Pages = (request, response, path) => {
  if (path !== '/') return false;
  if (allowsReading(request, response, path)) sendJson(response, 200, { status: 'alive' });
  return true;
};

/** The documentation pages, loaded by the first request for one of them. */
const lazyDocs = (plane: DataPlane, logger: Logger): Pages =>
  lazyPages('documentation pages', DOCS, logger, async () => {
    const { createDocsSite } = await import('../serving/docs/docs-site.ts');
    return createDocsSite(plane);
  });

const DOCS = /^\/$|^\/(?:docs|redoc|assets|clients)(?:\/|$)|^\/openapi\.json$|^\/api\/v1\/docs\/?$/;

/** The console, and the page that looks into a file, loaded by the first request for one of them. */
const lazyConsole = (logger: Logger): Pages =>
  lazyPages('console', CONSOLE, logger, async () => {
    const { openConsole } = await import('./console-site.ts');
    return (await openConsole()).handle;
  });

const CONSOLE = /^\/console(?:\/|$)|^\/inspect\/?$/;

type Site = (request: IncomingMessage, response: ServerResponse, path: string) => unknown;

function lazyPages(name: string, paths: RegExp, logger: Logger, load: () => Promise<Site>): Pages {
  let site: Promise<Site> | null = null;
  return (request, response, path) => {
    if (!paths.test(path)) return false;
    if (!allowsReading(request, response, path)) return true;
    site ??= load();
    site
      .then((handle) => handle(request, response, path))
      .catch((error: unknown) => {
        site = null; // the next one tries again
        logger.error({ error }, `the ${name} failed to load`);
        const known = isPlimsollError(error) ? error : null;
        sendError(
          response,
          known ?? new PlimsollError('INTERNAL', { action: 'the page', reason: 'see the log' }),
        );
      });
    return true;
  };
}

/** Sends a person who opens the address of the server to the console; programs are answered as before. */
export function leadsToConsole(request: IncomingMessage, response: ServerResponse, path: string): boolean {
  if (path !== '/' || request.method !== 'GET' || !request.headers.accept?.includes('text/html'))
    return false;
  response.writeHead(302, { location: '/console/', vary: 'accept', 'cache-control': 'no-store' });
  response.end();
  return true;
}
