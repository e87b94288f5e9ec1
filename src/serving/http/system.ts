import type { IncomingMessage, ServerResponse } from 'node:http';
import { PlimsollError } from '../../core/errors.ts';
import type { LoadedVersion } from '../../registry/version.ts';
import type { DataPlane } from '../data-plane.ts';
import { sendError, sendJson } from './answer.ts';
import { expose } from './exposition.ts';
import type { Metrics } from './metrics.ts';

export interface SystemOptions {
  readonly plane: DataPlane;
  readonly metrics: Metrics;
  /** Whether new requests should go elsewhere. */
  readonly isStopping: () => boolean;
}

type Page = (request: IncomingMessage, response: ServerResponse) => void;

/** What an operator asks a server: is it alive, is it ready, what does it serve, how is it doing. */
export function systemPages({ plane, metrics, isStopping }: SystemOptions): ReadonlyMap<string, Page> {
  let processMetrics: (() => Promise<string>) | null = null;
  const scrape = async (): Promise<string> => {
    processMetrics ??= await loadProcessMetrics();
    return expose(metrics, plane.versions, performance.timeOrigin) + (await processMetrics());
  };
  return new Map<string, Page>([
    ['/healthz', (_request, response) => sendJson(response, 200, { status: 'ok' })],
    [
      '/readyz',
      (_request, response) =>
        isStopping()
          ? sendError(response, new PlimsollError('STOPPING'))
          : sendJson(response, 200, { status: 'ready', models: plane.models }),
    ],
    ['/models', (_request, response) => sendJson(response, 200, { models: plane.versions.map(summary) })],
    ['/metrics', (_request, response) => void sendMetrics(response, scrape())],
  ]);
}

async function sendMetrics(response: ServerResponse, text: Promise<string>): Promise<void> {
  try {
    const body = await text;
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
    response.end(body);
  } catch (error) {
    const reason = (error as Error).message;
    sendError(response, new PlimsollError('INTERNAL', { action: 'the metrics', reason }));
  }
}

/** Memory, processor and event loop, loaded by the first scrape: a server that nobody scrapes carries none of it. */
async function loadProcessMetrics(): Promise<() => Promise<string>> {
  // A CommonJS package: inside the bundle only its default export is there.
  const { default: prom } = await import('prom-client');
  const registry = new prom.Registry();
  prom.collectDefaultMetrics({ register: registry });
  return () => registry.metrics();
}

/** What a list of models says of one version. */
function summary({ model, version, manifest }: LoadedVersion): Record<string, unknown> {
  const { digest, file, format, framework, runtime, rowMicros, signature, verification, example } = manifest;
  const about = { digest, file, format, framework, runtime, rowMicros, proof: verification.proof };
  return { name: model, version, state: 'ready', ...about, signature, example };
}
