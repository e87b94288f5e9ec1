import type { AliasSet } from '../../src/metrics/alias-sets.ts';
import { ALIASES } from '../../src/metrics/aliases.ts';
import { METRIC_CATALOG, type MetricName } from '../../src/metrics/catalog.ts';
import type { MetricEntry } from '../../src/metrics/metric-entry.ts';
import { OTEL_NAMES } from '../../src/metrics/opentelemetry.ts';
import { type AlertingRule, alertRules, RUNBOOK } from '../../src/monitor/prometheus/alerting-rules.ts';
import { FEATURES_SHOWN } from '../../src/monitor/prometheus/monitoring-metrics.ts';

const HEAD = `<!-- Generated from src/metrics and src/monitor/prometheus by \`npm run ok:generated:fix\`. -->
# Metrics

\`GET /metrics\` answers a scrape in the format that it asks for by \`Accept\`: the Prometheus text format 0.0.4, OpenMetrics
1.0, or Prometheus' protobuf, which alone has native histograms (\`--enable-feature=native-histograms\`). Whichever process a
scrape comes to, it shows what all of them have counted.

Counters never fall while a server runs; times are seconds, shares 0 to 1. Durations are counted in buckets that grow by a
factor of 2^(1/8) from 7.6 µs to 64 s: the native histogram has them all, the classic one every eighth bound, and both have
the same count and sum. Features are shown for the ${FEATURES_SHOWN} with most evidence; what is not known is left out, never 0. A label
has at most 200 characters. Memory, processor and event loop of each process follow under the names of prom-client
(\`process_*\`, \`nodejs_*\`), those of batch jobs as \`plimsoll_batch_*\`.

`;

const OTLP = `## OpenTelemetry

Metrics are sent by OTLP over HTTP where \`PLIMSOLL_OTLP_ENDPOINT\` (a base URL, as \`http://collector:4318\`) or
OpenTelemetry's own \`OTEL_EXPORTER_OTLP_ENDPOINT\` or \`OTEL_EXPORTER_OTLP_METRICS_ENDPOINT\` is set, every minute or
\`OTEL_METRIC_EXPORT_INTERVAL\` milliseconds. \`OTEL_EXPORTER_OTLP_*\`, \`OTEL_SERVICE_NAME\` and \`OTEL_RESOURCE_ATTRIBUTES\`
mean what they mean elsewhere. Each process sends what it has counted as an instance of the service, durations as exponential
histograms of scale 3; \`http.server.request.duration\` has the whole time of answered requests.

| Prometheus | OpenTelemetry | unit |
|---|---|---|
`;

const DASHBOARD = `## Dashboard

\`plimsoll monitor dashboard -o dashboard.json\` writes a dashboard for Grafana: traffic, latency, errors, drift, data quality,
accuracy with its band, experiments, and the monitor itself, with variables for the source of data, model, version and endpoint.

`;

const RULES = `## Alerting rules

\`plimsoll monitor rules -o rules.yml\` writes them for Prometheus, and with \`--tests FILE\` the tests that \`promtool test
rules\` runs. Rates of errors and of slow requests are recorded over 5 and 30 minutes, 1 and 6 hours; a budget that burns is an
alert where a long and a short window agree. Thresholds of drift and accuracy are metrics themselves, so the file stays as it
is when a policy changes.

`;

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
const code = (text: string): string => `\`${text}\``;

const entries = Object.entries(METRIC_CATALOG) as unknown as readonly (readonly [MetricName, MetricEntry])[];

const tableOf = (from: MetricEntry['from']): string =>
  '| name | type | unit | labels | |\n|---|---|---|---|---|\n' +
  entries
    .filter(([, entry]) => entry.from === from)
    .map(([name, { type, unit, labels, help }]) =>
      row(code(name), type, unit, labels.map(code).join(', '), cell(help)),
    )
    .join('');

const aliases = (): string =>
  (Object.keys(ALIASES) as AliasSet[])
    .map(
      (set) =>
        `### ${set}\n\n| name | type | labels | |\n|---|---|---|---|\n${ALIASES[set]
          .map(({ name, type, labels, help }) =>
            row(code(name), type, labels.map(code).join(', '), cell(help)),
          )
          .join('')}`,
    )
    .join('\n');

const ALIASES_HEAD = `## Names of other servers

\`metricsAliases: [mlserver, kserve]\` in \`plimsoll.yaml\`, \`PLIMSOLL_METRICS_ALIASES=mlserver,kserve\`, or a scrape of
\`/metrics?aliases=kserve\` shows the same counts under these names, too.

`;

function rules(): string {
  const { groups } = alertRules({
    ...{ endpoint: null, model: null, availability: 0.999, latency: { seconds: 0.25, share: 0.99 } },
    ...{ maxAge: 90 * 86_400, silence: 3600, prometheus: '2.42', runbook: RUNBOOK },
  });
  const alerts = groups
    .flatMap((group) => group.rules)
    .filter((rule): rule is AlertingRule => 'alert' in rule);
  return [...Map.groupBy(alerts, ({ alert }) => alert)]
    .map(([alert, same]) => {
      const { labels, annotations, for: held } = same[0]!;
      const text = annotations['description']!.replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, '*$1*').replaceAll(
        /\{\{ \$value[^}]*\}\}/g,
        '*so much*',
      );
      return `### ${alert}\n\nA ${labels['severity']}, after ${held}. ${cell(text)}\n`;
    })
    .join('\n');
}

/** docs/metrics.md: every metric as people read it. */
export const metricsPage = (): string =>
  [
    `${HEAD}## Of serving\n\n${tableOf('serving')}`,
    `## Of experiments that run\n\n${tableOf('experiments')}`,
    `## Of the monitor\n\n${tableOf('monitor')}`,
    `${ALIASES_HEAD}${aliases()}`,
    OTLP +
      entries
        .map(([name]) => row(code(name), code(OTEL_NAMES[name].name), code(OTEL_NAMES[name].unit)))
        .join(''),
    `${RULES}${rules()}`,
    DASHBOARD.trimEnd(),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
