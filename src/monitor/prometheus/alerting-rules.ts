/** The file of alerting and recording rules for a Prometheus that scrapes `/metrics`. Pure. */
import { elementAt } from '../../core/element-at.ts';
import { DURATION_BOUNDS } from '../../metrics/duration-buckets.ts';
import { boundText } from '../../metrics/prometheus-text.ts';

export interface AlertRuleOptions {
  /** Endpoint that the rules of the monitor are about; null: all. */
  readonly endpoint: string | null;
  /** Model that the rules of requests are about; null: all. */
  readonly model: string | null;
  /** Share of requests that must be answered. */
  readonly availability: number;
  /** Seconds within which a share of them must be answered, or null. */
  readonly latency: { readonly seconds: number; readonly share: number } | null;
  /** Seconds after which a version is stale, or null. */
  readonly maxAge: number | null;
  /** Seconds without a request after which that is an alert, or null. */
  readonly silence: number | null;
  /** Version of Prometheus that is to read the file: `keep_firing_for` came with 2.42. */
  readonly prometheus: string;
  /** Page that each alert points to, with its name as the fragment. */
  readonly runbook: string;
  /** Factor on all spans, for tests. @default {1} */
  readonly pace?: number | undefined;
}

/** Where alerts are explained, below the project; `--runbook` gives the address of a copy. */
export const RUNBOOK = 'docs/metrics.md';

export interface AlertingRule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly keep_firing_for?: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}
export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}
export interface RuleGroup {
  readonly name: string;
  readonly interval?: string | undefined;
  readonly rules: readonly (AlertingRule | RecordingRule)[];
}

/** Windows of burn rates, and what they are recorded by. */
const WINDOWS = [300, 1800, 3600, 21_600] as const;
const BURNS = [
  { long: 3600, short: 300, rate: 14.4, for: 120, words: 'a fiftieth of the monthly budget in an hour' },
  { long: 21_600, short: 1800, rate: 6, for: 900, words: 'a twentieth of the monthly budget in six hours' },
] as const;

/** Seconds as Prometheus writes them. */
export function prometheusDuration(seconds: number): string {
  if (seconds < 1) return `${Math.max(1, Math.round(seconds * 1000))}ms`;
  const whole = Math.round(seconds);
  for (const [unit, size] of [
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
  ] as const)
    if (whole % size === 0 && whole > 0) return `${whole / size}${unit}`;
  return `${whole}s`;
}

/** Text between quotes of PromQL. */
const quoted = (text: string): string => JSON.stringify(text);

class Rules {
  readonly #options: AlertRuleOptions;
  readonly #keepsFiring: boolean;

  constructor(options: AlertRuleOptions) {
    this.#options = options;
    const [major = 0, minor = 0] = options.prometheus.split('.').map(Number);
    this.#keepsFiring = major > 2 || (major === 2 && minor >= 42);
  }

  groups(): readonly RuleGroup[] {
    return [
      { name: 'plimsoll-requests', rules: this.#recorded() },
      {
        name: 'plimsoll-serving',
        rules: [
          ...this.#burns('ErrorBudgetBurn', 'errors', this.#options.availability, 'fail'),
          ...this.#latency(),
          ...this.#silence(),
          ...this.#age(),
          this.#saturation(),
          this.#loop(),
          this.#restarts(),
        ],
      },
      { name: 'plimsoll-models', rules: [...this.#drift(), ...this.#quality()] },
      { name: 'plimsoll-monitor', rules: this.#monitor() },
    ];
  }

  #pace(seconds: number): string {
    return prometheusDuration(seconds * (this.#options.pace ?? 1));
  }

  /** Selector of a model's series. */
  #model(more = ''): string {
    const { model } = this.#options;
    const parts = [model === null ? '' : `model_name=${quoted(model)}`, more].filter((part) => part !== '');
    return parts.length === 0 ? '' : `{${parts.join(',')}}`;
  }

  /** Selector of an endpoint's series. */
  #endpoint(more = ''): string {
    const { endpoint } = this.#options;
    const parts = [endpoint === null ? '' : `endpoint=${quoted(endpoint)}`, more].filter(
      (part) => part !== '',
    );
    return parts.length === 0 ? '' : `{${parts.join(',')}}`;
  }

  #recorded(): readonly RecordingRule[] {
    const { latency } = this.#options;
    const errors = WINDOWS.map((window) => ({
      record: ratioName('errors', window),
      expr: this.#errorRatio(window),
    }));
    if (latency === null) return errors;
    const slow = WINDOWS.map((window) => ({
      record: ratioName('slow', window),
      expr: this.#slowRatio(window, latency.seconds),
    }));
    return [...errors, ...slow];
  }

  #errorRatio(window: number): string {
    const rate = (outcomes: string): string =>
      `sum by (model_name) (rate(inference_requests_total${this.#model(`outcome=~"${outcomes}"`)}[${this.#pace(window)}]))`;
    return `${rate('error|overloaded')} / ${rate('ok|error|overloaded')}`;
  }

  /** By classic buckets, or by the native histogram where Prometheus keeps that instead. */
  #slowRatio(window: number, seconds: number): string {
    const name = 'inference_request_duration_seconds';
    const total = this.#model('stage="total"');
    const within = this.#pace(window);
    const bucket = this.#model(`stage="total",le="${boundBelow(seconds)}"`);
    const classic = `1 - sum by (model_name) (rate(${name}_bucket${bucket}[${within}])) / sum by (model_name) (rate(${name}_count${total}[${within}]))`;
    const native = `1 - histogram_fraction(0, ${seconds}, sum by (model_name) (rate(${name}${total}[${within}])))`;
    return `(${classic}) or (${native})`;
  }

  #burns(alert: string, what: string, objective: number, verb: string): readonly AlertingRule[] {
    const budget = Number((1 - objective).toPrecision(6));
    return BURNS.map(({ long, short, rate, for: held, words }) =>
      this.#alert(alert, {
        expr: `${ratioName(what, long)} > ${rate} * ${budget} and ${ratioName(what, short)} > ${rate} * ${budget}`,
        for: held,
        keep: 300,
        severity: 'page',
        labels: { window: this.#pace(long) },
        summary: `{{ $value | humanizePercentage }} of the requests to {{ $labels.model_name }} ${verb}`,
        description: `{{ $value | humanizePercentage }} of the requests to {{ $labels.model_name }} of the last ${this.#pace(long)} ${verb}, and they still do: that is ${words}.`,
      }),
    );
  }

  #latency(): readonly AlertingRule[] {
    const { latency } = this.#options;
    if (latency === null) return [];
    return this.#burns('LatencyBudgetBurn', 'slow', latency.share, `take longer than ${latency.seconds} s`);
  }

  #silence(): readonly AlertingRule[] {
    const { silence } = this.#options;
    if (silence === null) return [];
    const expr = `time() - max by (model_name) (model_last_prediction_timestamp_seconds${this.#model()}) > ${silence * (this.#options.pace ?? 1)}`;
    return [
      this.#alert('ModelSilent', {
        ...{ expr, for: 60, severity: 'page' },
        summary: '{{ $labels.model_name }} has answered nothing for {{ $value | humanizeDuration }}',
        description:
          '{{ $labels.model_name }} has answered nothing for {{ $value | humanizeDuration }}. Find out whether its callers are down, or call something else.',
      }),
    ];
  }

  #age(): readonly AlertingRule[] {
    const { maxAge } = this.#options;
    if (maxAge === null) return [];
    const expr = `time() - max by (model_name) (model_created_timestamp_seconds${this.#model()} and on (model_name, model_version) model_loaded) > ${maxAge}`;
    return [
      this.#alert('ModelStale', {
        ...{ expr, for: 3600, severity: 'ticket' },
        summary: 'The newest version of {{ $labels.model_name }} is {{ $value | humanizeDuration }} old',
        description:
          'The newest version of {{ $labels.model_name }} that answers is {{ $value | humanizeDuration }} old. Train a new one, or allow it to be older.',
      }),
    ];
  }

  #saturation(): AlertingRule {
    return this.#alert('QueueSaturated', {
      expr: 'inference_saturation_ratio > 0.8',
      ...{ for: 300, keep: 300, severity: 'page' },
      summary: '{{ $labels.instance }} is {{ $value | humanizePercentage }} full',
      description:
        '{{ $labels.instance }} is {{ $value | humanizePercentage }} full: requests wait, and are refused at 100 %. Add workers or machines.',
    });
  }

  #loop(): AlertingRule {
    return this.#alert('EventLoopLag', {
      expr: 'nodejs_eventloop_utilization_ratio > 0.95',
      ...{ for: 300, keep: 300, severity: 'page' },
      summary: 'An event loop of {{ $labels.instance }} has no time left',
      description:
        'An event loop of {{ $labels.instance }} is busy {{ $value | humanizePercentage }} of the time: answers are late. Add workers or machines.',
    });
  }

  /** Processes apart from the server, of graphs and of Python, of which a version has those of one kind. */
  #restarts(): AlertingRule {
    const within = this.#pace(900);
    const counted = (kind: string): string =>
      `increase(${kind}_worker_restarts_total${this.#model()}[${within}])`;
    return this.#alert('WorkersRestarting', {
      expr: `sum by (model_name, model_version) (${counted('graph')} or ${counted('python')}) > 3`,
      ...{ for: 60, keep: 900, severity: 'ticket' },
      summary: 'Processes of {{ $labels.model_name }}@{{ $labels.model_version }} end again and again',
      description: `Processes of {{ $labels.model_name }}@{{ $labels.model_version }} were replaced {{ $value | printf "%.0f" }} times in ${within}: what they held was answered with 503. \`plimsoll logs\` has why; roll back if it is a new version.`,
    });
  }

  #drift(): readonly AlertingRule[] {
    const on = 'on (endpoint, model_name, model_version)';
    const evidence = `model_drift_evidence${this.#endpoint()} > ${on} group_left () model_drift_evidence_threshold`;
    const effect = `model_drift_score${this.#endpoint('method="psi"')} > on (endpoint, model_name, model_version, method) group_left () model_drift_threshold`;
    return [
      this.#alert('FeatureDrift', {
        expr: `(${evidence}) and on (endpoint, model_name, model_version, feature) (${effect})`,
        ...{ for: 600, keep: 1800, severity: 'ticket' },
        summary: '{{ $labels.feature }} of {{ $labels.endpoint }} has moved',
        description:
          '{{ $labels.feature }}, as {{ $labels.endpoint }} gets it, differs from the reference of version {{ $labels.model_version }} (log evidence {{ $value | printf "%.3g" }}). `plimsoll monitor show {{ $labels.endpoint }}` shows both.',
      }),
      this.#alert('ManyFeaturesDrift', {
        expr: `model_drifted_features_ratio${this.#endpoint()} >= 0.5`,
        ...{ for: 600, keep: 1800, severity: 'page' },
        summary: '{{ $value | humanizePercentage }} of the features of {{ $labels.endpoint }} have moved',
        description:
          '{{ $value | humanizePercentage }} of the features of {{ $labels.endpoint }} differ from the reference: look for a change in where they come from.',
      }),
    ];
  }

  #quality(): readonly AlertingRule[] {
    // Errors grow as a model decays, all other metrics fall.
    const growing = 'metric=~"mae|rmse|mse|logloss|brier|mape"';
    const onMetric = 'ignoring (bound)';
    const worse = (bound: string, of: string, sign: string, matcher: string): string =>
      `${`model_quality_${of}`}${this.#endpoint(`bound="${bound}",${matcher}`)} ${sign} ${onMetric} model_quality_reference`;
    const falling = growing.replace('=~', '!~');
    const either = (of: string): string =>
      `(${worse('upper', of, '<', falling)}) or (${worse('lower', of, '>', growing)})`;
    return [
      this.#alert('AccuracyDecay', {
        expr: either('realized'),
        ...{ for: 1800, keep: 3600, severity: 'page' },
        summary: '{{ $labels.metric }} of {{ $labels.endpoint }} is worse than on the reference',
        description:
          '{{ $labels.metric }} of version {{ $labels.model_version }}, by the labels of {{ $labels.endpoint }}, is worse than on the reference with its whole band ({{ $value | printf "%.3g" }}). Train again, or roll back.',
      }),
      this.#alert('EstimatedAccuracyDecay', {
        expr: either('estimate'),
        ...{ for: 1800, keep: 3600, severity: 'ticket' },
        summary:
          '{{ $labels.metric }} of {{ $labels.endpoint }} is estimated to be worse than on the reference',
        description:
          '{{ $labels.metric }} of version {{ $labels.model_version }} is estimated, without labels, to be worse than on the reference with its whole band ({{ $value | printf "%.3g" }}). Have some rows labelled.',
      }),
      this.#alert('DataViolations', {
        expr: `sum by (endpoint, model_name, check) (rate(model_data_violations_total${this.#endpoint()}[${this.#pace(900)}])) / on (endpoint) group_left () sum by (endpoint) (rate(monitor_rows_total${this.#endpoint()}[${this.#pace(900)}])) > 0.05`,
        ...{ for: 300, keep: 900, severity: 'ticket' },
        summary:
          '{{ $value | humanizePercentage }} of the rows of {{ $labels.endpoint }} violate {{ $labels.check }}',
        description:
          '{{ $value | humanizePercentage }} of the rows that {{ $labels.endpoint }} got violate {{ $labels.check }}. Ask those who send them.',
      }),
    ];
  }

  #monitor(): readonly AlertingRule[] {
    const silent = 900 * (this.#options.pace ?? 1);
    return [
      this.#alert('MonitorSilent', {
        expr: `time() - monitor_last_success_timestamp_seconds${this.#endpoint()} > ${silent}`,
        ...{ for: 60, severity: 'page' },
        summary: 'Nobody has watched {{ $labels.endpoint }} for {{ $value | humanizeDuration }}',
        description:
          'The monitor has not looked at {{ $labels.endpoint }} for {{ $value | humanizeDuration }}: that nothing is said of it means nothing. Look at the log of the server.',
      }),
      this.#alert('SamplesDropped', {
        expr: `sum by (endpoint) (increase(monitor_dropped_samples_total${this.#endpoint()}[${this.#pace(900)}])) > 0`,
        ...{ for: 900, severity: 'ticket' },
        summary: 'Rows of {{ $labels.endpoint }} are not captured',
        description:
          '{{ $value | printf "%.3g" }} rows of {{ $labels.endpoint }} were to be captured and were not. Look at the disk, or capture fewer (`log.sample`).',
      }),
    ];
  }

  #alert(alert: string, about: About): AlertingRule {
    const { expr, for: held, keep, severity, labels = {}, summary, description } = about;
    const keeps = keep !== undefined && this.#keepsFiring ? { keep_firing_for: this.#pace(keep) } : {};
    const runbook_url = `${this.#options.runbook}#${alert.toLowerCase()}`;
    return {
      ...{ alert, expr, for: this.#pace(held) },
      ...keeps,
      labels: { severity, ...labels },
      annotations: { summary, description, runbook_url },
    };
  }
}

interface About {
  readonly expr: string;
  readonly for: number;
  readonly keep?: number;
  readonly severity: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly description: string;
}

const ratioName = (what: string, window: number): string =>
  `model:inference_${what}:ratio_rate${prometheusDuration(window)}`;

/** The classic bound that is not above `seconds`, as its label is written. */
const boundBelow = (seconds: number): string =>
  boundText(DURATION_BOUNDS.findLast((one) => one <= seconds) ?? elementAt(DURATION_BOUNDS, 0));

export const alertRules = (options: AlertRuleOptions): { readonly groups: readonly RuleGroup[] } => ({
  groups: new Rules(options).groups(),
});
