/** Tests of the alerting rules, as `promtool test rules` runs them: made-up series, and what must fire of them. Pure. */
import { elementAt } from '../../core/element-at.ts';
import { type AlertingRule, type AlertRuleOptions, alertRules } from './alerting-rules.ts';

interface RuleTest {
  readonly interval: string;
  readonly name: string;
  readonly input_series: readonly { readonly series: string; readonly values: string }[];
  readonly alert_rule_test: readonly {
    readonly eval_time: string;
    readonly alertname: string;
    readonly exp_alerts: readonly {
      readonly exp_labels: Readonly<Record<string, string>>;
      readonly exp_annotations?: Readonly<Record<string, string>>;
    }[];
  }[];
}

const WATCHED = (options: AlertRuleOptions): string =>
  `endpoint=${JSON.stringify(options.endpoint ?? 'e')},model_name=${JSON.stringify(options.model ?? 'm')},model_version="1"`;

/** Annotations and labels of a rule, with what stands for a label filled in; the value as it is given. */
function expected(
  options: AlertRuleOptions,
  name: string,
  labels: Readonly<Record<string, string>>,
  values: Readonly<Record<string, string>>,
  which = 0,
) {
  const rules = alertRules(options).groups.flatMap(({ rules }) => rules);
  const rule = elementAt(
    rules.filter((one): one is AlertingRule => 'alert' in one && one.alert === name),
    which,
  );
  const filled = Object.entries(rule.annotations).map(([key, text]) => [
    key,
    text
      .replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => labels[label] ?? '')
      .replaceAll(/\{\{ \$value \| (\w+)[^}]*\}\}/g, (_, format: string) => values[format] ?? ''),
  ]);
  return { exp_labels: { ...labels, ...rule.labels }, exp_annotations: Object.fromEntries(filled) };
}

const requests = (options: AlertRuleOptions, ok: string, failed: string) => {
  const labels = `model_name=${JSON.stringify(options.model ?? 'm')},model_version="1"`;
  return [
    { series: `inference_requests_total{${labels},outcome="ok"}`, values: ok },
    { series: `inference_requests_total{${labels},outcome="error"}`, values: failed },
  ];
};

const at = (minutes: number, name: string, ...alerts: ReturnType<typeof expected>[]) => ({
  eval_time: `${minutes}m`,
  alertname: name,
  exp_alerts: alerts,
});

/** Version 1 is a graph, 2 is Python, and 3 lost one process only. */
function restarting(options: AlertRuleOptions, model: string): RuleTest {
  const series = (kind: string, version: string): string =>
    `${kind}_worker_restarts_total{model_name=${JSON.stringify(model)},model_version="${version}",worker="1"}`;
  const firing = (version: string) =>
    expected(options, 'WorkersRestarting', { model_name: model, model_version: version }, { printf: '15' });
  return {
    name: 'workers that end again and again are told of by version, one that ends once is not',
    interval: '1m',
    input_series: [
      { series: series('graph', '1'), values: '0x15 0+1x45' },
      { series: series('python', '2'), values: '0x15 0+1x45' },
      { series: series('graph', '3'), values: '0x20 1x40' },
    ],
    alert_rule_test: [at(12, 'WorkersRestarting'), at(50, 'WorkersRestarting', firing('1'), firing('2'))],
  };
}

export function ruleTests(options: AlertRuleOptions, rulesFile: string) {
  const [model, endpoint] = [options.model ?? 'm', options.endpoint ?? 'e'];
  const watched = WATCHED(options);
  const labels = { endpoint, model_name: model, model_version: '1' };
  const burning = (share: string, which: number) =>
    expected(options, 'ErrorBudgetBurn', { model_name: model }, { humanizePercentage: share }, which);
  const tests: RuleTest[] = [
    {
      name: 'an outage pages within minutes, and a service that fails as much as it may does not',
      interval: '1m',
      input_series: requests(options, '0+100x480', '0x59 0+100x420'),
      alert_rule_test: [
        at(59, 'ErrorBudgetBurn'),
        // Half of the requests of six hours and of one hour.
        at(479, 'ErrorBudgetBurn', burning('50%', 0), burning('50%', 1)),
      ],
    },
    {
      name: 'a feature drifts where both evidence and effect are beyond their thresholds',
      interval: '1m',
      input_series: [
        ...['age', 'fare', 'sex'].map((feature) => ({
          series: `model_drift_evidence{${watched},feature="${feature}"}`,
          values: feature === 'sex' ? '0x60' : '50x60',
        })),
        ...['age', 'fare', 'sex'].map((feature) => ({
          series: `model_drift_score{${watched},feature="${feature}",method="psi"}`,
          values: feature === 'fare' ? '0.01x60' : '0.3x60',
        })),
        { series: `model_drift_evidence_threshold{${watched}}`, values: '20x60' },
        { series: `model_drift_threshold{${watched},method="psi"}`, values: '0.05x60' },
      ],
      alert_rule_test: [
        at(5, 'FeatureDrift'),
        at(
          20,
          'FeatureDrift',
          expected(options, 'FeatureDrift', { ...labels, feature: 'age' }, { printf: '50' }),
        ),
      ],
    },
    {
      name: 'accuracy has decayed where the whole band is on the wrong side of the reference',
      interval: '1m',
      input_series: ['accuracy', 'mae'].flatMap((metric) => [
        { series: `model_quality_realized{${watched},metric="${metric}",bound="upper"}`, values: '0.8x90' },
        { series: `model_quality_realized{${watched},metric="${metric}",bound="lower"}`, values: '0.7x90' },
        {
          series: `model_quality_reference{${watched},metric="${metric}"}`,
          values: metric === 'mae' ? '0.75x90' : '0.9x90',
        },
      ]),
      alert_rule_test: [
        at(10, 'AccuracyDecay'),
        at(
          60,
          'AccuracyDecay',
          expected(options, 'AccuracyDecay', { ...labels, metric: 'accuracy' }, { printf: '0.8' }),
        ),
      ],
    },
    restarting(options, model),
    {
      name: 'a monitor that does not look any more is told of',
      interval: '1m',
      input_series: [
        {
          series: `monitor_last_success_timestamp_seconds{endpoint=${JSON.stringify(endpoint)}}`,
          values: '0+60x10 600x60',
        },
      ],
      alert_rule_test: [
        at(20, 'MonitorSilent'),
        at(
          40,
          'MonitorSilent',
          expected(options, 'MonitorSilent', { endpoint }, { humanizeDuration: '30m 0s' }),
        ),
      ],
    },
  ];
  return { rule_files: [rulesFile], evaluation_interval: '1m', tests };
}
