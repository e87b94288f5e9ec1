import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Contract, PLAIN } from '../../config/contract.ts';
import { messageOf } from '../../core/error-text.ts';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import { ALIAS_SETS, type AliasSet, aliasFamilies, aliasSets } from '../../metrics/aliases.ts';
import { type MetricFamily, mergeFamilies } from '../../metrics/metric-family.ts';
import { metricsPage } from '../../metrics/metrics-page.ts';
import { parseText } from '../../metrics/parse-prometheus-text.ts';
import type { LoadedVersion } from '../../registry/version.ts';
import type { DataPlane } from '../data-plane.ts';
import { metricFamilies } from '../metrics/exposition.ts';
import { loadProcessMetrics } from '../metrics/process-metrics.ts';
import type { ServingMetrics } from '../metrics/serving-metrics.ts';
import { sendError, sendJson } from './reply.ts';
import type { ExecutionParameters } from './sagemaker-execution-parameters.ts';

export interface SystemPagesOptions {
  readonly plane: DataPlane;
  readonly metrics: ServingMetrics;
  /** Whether new requests should go elsewhere. */
  readonly isStopping: () => boolean;
  /** The metrics, where this process is not the only one that serves. */
  readonly scrape?: (() => Promise<readonly MetricFamily[]>) | undefined;
  /** @default {PLAIN} */
  readonly contract?: Contract | undefined;
  /** Whether names of models may be told to who asks. @default {to everybody} */
  readonly namesModels?: ((request: IncomingMessage) => boolean) | undefined;
  /** What a batch transform of SageMaker is told, in a container of one. */
  readonly executionParameters?: ExecutionParameters | undefined;
  /** Other servers under whose names metrics are shown, too; a scrape may name more. */
  readonly metricsAliases?: readonly AliasSet[] | undefined;
  /** Metrics of what is done elsewhere, in the Prometheus text format. */
  readonly moreMetrics?: (() => Promise<string>) | undefined;
}

type Page = (request: IncomingMessage, response: ServerResponse) => void;

/** What an operator asks a server: is it alive, is it ready, what does it serve, how is it doing. */
export function systemPages(options: SystemPagesOptions): ReadonlyMap<string, Page> {
  const {
    plane,
    isStopping,
    contract = PLAIN,
    namesModels = () => true,
    scrape = ownMetrics(options),
    moreMetrics = async () => '',
  } = options;
  const all = async (request: IncomingMessage): Promise<readonly MetricFamily[]> => {
    const [own, more] = await Promise.all([scrape(), moreMetrics()]);
    const aliases = aliasFamilies(own, aliasesOf(request, options.metricsAliases ?? []));
    return mergeFamilies([...own, ...parseText(more), ...aliases]);
  };
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
    ['/metrics', (request, response) => void sendMetrics(request, response, all(request))],
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

/** What this process has counted and what it uses. */
function ownMetrics({ plane, metrics }: SystemPagesOptions): () => Promise<readonly MetricFamily[]> {
  let processMetrics: (() => Promise<string>) | null = null;
  return async () => {
    processMetrics ??= await loadProcessMetrics(() => plane.versions);
    const text = await processMetrics();
    return [
      ...metricFamilies(metrics, plane.versions, performance.timeOrigin, performance.now()),
      ...parseText(text),
    ];
  };
}

/** `?aliases=mlserver,kserve`, beside those that are always shown; throws where one is not known. */
function aliasesOf({ url = '' }: IncomingMessage, always: readonly AliasSet[]): readonly AliasSet[] {
  const at = url.indexOf('?');
  const given = at < 0 ? null : new URLSearchParams(url.slice(at)).get('aliases');
  const named = aliasSets(given ?? '');
  if (named !== null) return [...new Set([...always, ...named])];
  throw new PlimsollError('METRICS_ALIAS_UNKNOWN', { given, known: ALIAS_SETS.join(', ') });
}

async function sendMetrics(
  request: IncomingMessage,
  response: ServerResponse,
  families: Promise<readonly MetricFamily[]>,
): Promise<void> {
  try {
    const { type, body } = metricsPage(await families, request.headers.accept);
    response.writeHead(200, { 'content-type': type, vary: 'accept' });
    response.end(body);
  } catch (error) {
    if (isPlimsollError(error)) return sendError(response, error);
    const reason = messageOf(error);
    sendError(response, new PlimsollError('INTERNAL', { action: 'the metrics', reason }));
  }
}

/** What a list of models says of one version. */
function summary({ model, version, manifest }: LoadedVersion): Record<string, unknown> {
  const { digest, file, format, framework, runtime, rowMicros, signature, verification, example } = manifest;
  const about = { digest, file, format, framework, runtime, rowMicros, proof: verification.proof };
  return { name: model, version, state: 'ready', ...about, signature, example };
}
