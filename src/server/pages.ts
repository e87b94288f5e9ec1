import type { IncomingMessage, ServerResponse } from 'node:http';
import { availableParallelism } from 'node:os';
import type { Contract } from '../config/contract.ts';
import { PlimsollError } from '../core/errors.ts';
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
}

/** Answers a path by GET or HEAD, or says false where it does not know it. */
type Pages = (request: IncomingMessage, response: ServerResponse, path: string) => boolean;

/** Everything that is read: health and metadata in the words of each door, the server's own pages, those for people. */
export function pagesOf({ logger, maxBody, ...options }: PagesOptions): Pages {
  const { plane, contract, isStopping } = options;
  const ofDoors = protocolPages(plane, PROTOCOL_ROUTES, contract, isStopping, logger);
  const pages = systemPages({ ...options, executionParameters: batchParameters(contract, maxBody) });
  const docs = contract.predictionsOnly ? answerAlive : lazyDocs(plane, logger);
  return (request, response, path) => {
    if (ofDoors(request, response, path)) return true;
    const page = pages.get(path);
    if (!page) return docs(request, response, path);
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
function lazyDocs(plane: DataPlane, logger: Logger): Pages {
  let site: Promise<(request: IncomingMessage, response: ServerResponse) => Promise<void>> | null = null;
  return (request: IncomingMessage, response: ServerResponse, path: string): boolean => {
    if (!DOCS.test(path)) return false;
    if (!allowsReading(request, response, path)) return true;
    site ??= import('../serving/docs/docs-site.ts').then(({ createDocsSite }) => createDocsSite(plane));
    site
      .then((handle) => handle(request, response))
      .catch((error: unknown) => {
        site = null; // the next one tries again
        logger.error({ error }, 'the documentation pages failed to load');
        sendError(response, new PlimsollError('INTERNAL', { action: 'the page', reason: 'see the log' }));
      });
    return true;
  };
}

const DOCS = /^\/$|^\/(?:docs|redoc|assets|clients)(?:\/|$)|^\/openapi\.json$/;
