import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Contract, PLAIN } from '../../config/contract.ts';
import { messageOf } from '../../core/error-text.ts';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import type { LoadedVersion } from '../../registry/version.ts';
import type { DataPlane } from '../data-plane.ts';
import type { Scrape, ScrapeOptions } from '../metrics/scrape.ts';
import { sendError, sendJson } from './reply.ts';
import type { ExecutionParameters } from './sagemaker-execution-parameters.ts';

export interface SystemPagesOptions extends ScrapeOptions {
  /** Whether new requests should go elsewhere. */
  readonly isStopping: () => boolean;
  /** @default {PLAIN} */
  readonly contract?: Contract | undefined;
  /** Whether names of models may be told to who asks. @default {to everybody} */
  readonly namesModels?: ((request: IncomingMessage) => boolean) | undefined;
  /** What a batch transform of SageMaker is told, in a container of one. */
  readonly executionParameters?: ExecutionParameters | undefined;
}

type Page = (request: IncomingMessage, response: ServerResponse) => void;

/** What an operator asks a server: is it alive, is it ready, what does it serve, how is it doing. */
export function systemPages(options: SystemPagesOptions): ReadonlyMap<string, Page> {
  const { plane, isStopping, contract = PLAIN, namesModels = () => true } = options;
  return new Map<string, Page>([
    ['/healthz', (_request, response) => sendJson(response, 200, { status: 'ok' })],
    [
      '/readyz',
      (request, response) => {
        if (isStopping()) return sendError(response, new PlimsollError('STOPPING'));
        const named = namesModels(request) ? { models: plane.models } : {};
        return sendJson(response, 200, { status: 'ready', ...named });
      },
    ],
    ...(contract.predictionsOnly ? [] : [listPage(plane)]),
    ['/metrics', metricsPage(options)],
    ...batchPages(options),
  ]);
}

const listPage = (plane: DataPlane): [string, Page] => [
  '/models',
  (_request, response) => sendJson(response, 200, { models: plane.versions.map(summary) }),
];

function batchPages({ executionParameters }: SystemPagesOptions): readonly [string, Page][] {
  if (executionParameters === undefined) return [];
  return [['/execution-parameters', (_request, response) => sendJson(response, 200, executionParameters)]];
}

/** What renders metrics is loaded with the first scrape: a server that nobody scrapes carries none of it. */
function metricsPage(options: ScrapeOptions): Page {
  let loading: Promise<Scrape> | null = null;
  const send = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      loading ??= import('../metrics/scrape.ts').then(({ createScrape }) => createScrape(options));
      const scrape = await loading;
      const { type, body } = await scrape(request);
      response.writeHead(200, { 'content-type': type, vary: 'accept' });
      response.end(body);
    } catch (error) {
      if (isPlimsollError(error)) return sendError(response, error);
      const reason = messageOf(error);
      sendError(response, new PlimsollError('INTERNAL', { action: 'the metrics', reason }));
    }
  };
  return (request, response) => void send(request, response);
}

/** What a list of models says of one version. */
function summary({ model, version, manifest }: LoadedVersion): Record<string, unknown> {
  const { digest, file, format, framework, runtime, rowMicros, signature, verification, example } = manifest;
  const about = { digest, file, format, framework, runtime, rowMicros, proof: verification.proof };
  return { name: model, version, state: 'ready', ...about, signature, example };
}
