/** What a scrape of this server answers: its own counts, those of its processes, and names of others for them where asked. */
import type { IncomingMessage } from 'node:http';
import { PlimsollError } from '../../core/errors.ts';
import { ALIAS_SETS, type AliasSet, aliasSets } from '../../metrics/alias-sets.ts';
import { aliasFamilies } from '../../metrics/aliases.ts';
import { type MetricFamily, mergeFamilies } from '../../metrics/metric-family.ts';
import { type MetricsPage, metricsPage } from '../../metrics/metrics-page.ts';
import { parseText } from '../../metrics/parse-prometheus-text.ts';
import type { DataPlane } from '../data-plane.ts';
import { metricFamilies } from './exposition.ts';
import { loadProcessMetrics } from './process-metrics.ts';
import type { ServingMetrics } from './serving-metrics.ts';

export interface ScrapeOptions {
  readonly plane: DataPlane;
  readonly metrics: ServingMetrics;
  /** The metrics, where this process is not the only one that serves. */
  readonly scrape?: (() => Promise<readonly MetricFamily[]>) | undefined;
  /** Other servers under whose names metrics are shown, too; a scrape may name more. */
  readonly metricsAliases?: readonly AliasSet[] | undefined;
  /** Metrics of what is done elsewhere, in the Prometheus text format. */
  readonly moreMetrics?: (() => Promise<string>) | undefined;
}

/** The page that a request for metrics is answered with. Throws METRICS_ALIAS_UNKNOWN. */
export type Scrape = (request: IncomingMessage) => Promise<MetricsPage>;

export function createScrape(options: ScrapeOptions): Scrape {
  const { scrape = ownMetrics(options), moreMetrics = async () => '', metricsAliases = [] } = options;
  return async (request) => {
    const [own, more] = await Promise.all([scrape(), moreMetrics()]);
    const aliases = aliasFamilies(own, aliasesOf(request, metricsAliases));
    return metricsPage(mergeFamilies([...own, ...parseText(more), ...aliases]), request.headers.accept);
  };
}

/** What this process has counted and what it uses. */
function ownMetrics({ plane, metrics }: ScrapeOptions): () => Promise<readonly MetricFamily[]> {
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
