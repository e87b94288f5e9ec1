/** The rules that there are: what family each belongs to, and which family speaks for which. Pure. */
import { valueOfKey } from '../../core/element-at.ts';
import type { AlertLabels } from './alert.ts';

/** In the order of inhibition: a cause before its consequences. */
export type RuleFamily =
  | 'monitor'
  | 'down'
  | 'operations'
  | 'quality'
  | 'drift'
  | 'prediction'
  | 'estimate'
  | 'accuracy';

interface Rule {
  readonly family: RuleFamily;
  /** What moved, in the plural, for the sentence about many alerts: "14 of 30 features moved". */
  readonly many: string;
}

const rule = (family: RuleFamily, many: string): Rule => ({ family, many });

/** By `alertname`. A rule that is not in it is one of operations: it silences nothing and nothing but an outage silences it. */
export const ALERT_RULES: Readonly<Record<string, Rule>> = {
  MonitorBehind: rule('monitor', 'monitors are behind'),
  SamplesDropped: rule('monitor', 'monitors lose rows'),
  ModelDown: rule('down', 'models are down'),
  HighErrorRate: rule('operations', 'endpoints fail'),
  ModelSilent: rule('operations', 'endpoints are silent'),
  ErrorBudgetBurn: rule('operations', 'error budgets burn'),
  LatencyBudgetBurn: rule('operations', 'latency budgets burn'),
  LatencySpike: rule('operations', 'latencies jumped'),
  ModelStale: rule('operations', 'versions are stale'),
  QueueSaturated: rule('operations', 'servers are full'),
  EventLoopLag: rule('operations', 'event loops are late'),
  MemoryGrowth: rule('operations', 'processes grow'),
  SchemaViolation: rule('quality', 'columns break the schema'),
  RangeViolation: rule('quality', 'columns leave their range'),
  MissingValues: rule('quality', 'columns miss values'),
  UnseenCategories: rule('quality', 'columns have unseen categories'),
  FrozenFeature: rule('quality', 'features are frozen'),
  DuplicateRows: rule('quality', 'streams repeat rows'),
  ClockSkew: rule('quality', 'clocks are off'),
  FeatureDrift: rule('drift', 'features moved'),
  MultivariateDrift: rule('drift', 'relations between features moved'),
  PredictionDrift: rule('prediction', 'answers moved'),
  AttributionDrift: rule('prediction', 'attributions moved'),
  EstimatedAccuracyDecay: rule('estimate', 'estimates of accuracy fell'),
  AccuracyDecay: rule('accuracy', 'metrics of accuracy fell'),
};

export const ruleFamily = ({ alertname }: Pick<AlertLabels, 'alertname'>): RuleFamily =>
  Object.hasOwn(ALERT_RULES, alertname) ? valueOfKey(ALERT_RULES, alertname).family : 'operations';

/** Families whose alerts wait out the cool-down after a deploy. */
export const COOLS_DOWN: ReadonlySet<RuleFamily> = new Set(['drift', 'prediction', 'estimate']);

/** Families of which a retrain receiver hears. */
export const ASKS_FOR_TRAINING: ReadonlySet<RuleFamily> = new Set([
  'drift',
  'prediction',
  'estimate',
  'accuracy',
]);

/**
 * Which firing family silences which others, of the same model and endpoint, where the labels in `equal` are the same, too;
 * never an alert that is more severe than itself.
 */
export const INHIBITIONS: readonly {
  readonly by: RuleFamily;
  readonly silences: readonly RuleFamily[];
  readonly equal: readonly string[];
}[] = [
  {
    by: 'down',
    silences: ['operations', 'quality', 'drift', 'prediction', 'estimate', 'accuracy'],
    equal: [],
  },
  { by: 'quality', silences: ['drift'], equal: ['feature'] },
  { by: 'drift', silences: ['prediction', 'estimate'], equal: [] },
  { by: 'prediction', silences: ['estimate'], equal: [] },
];
