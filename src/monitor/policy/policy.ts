/**
 * What is watched of an endpoint, and who is told. People write it in `plimsoll.yaml` below `monitors`, by endpoint, or give
 * it to `monitor set`; what they leave out has its default (`grammar.ts`). Durations are milliseconds. Pure.
 */

export interface MonitorPolicy {
  /** False alarms that are accepted, of drift, for the whole model: so many a span of time. @default {1 / 90 days} */
  readonly falseAlarms: { readonly count: number; readonly span: number };
  readonly log: LogPolicy;
  readonly drift: DriftPolicy;
  readonly quality: QualityPolicy;
  readonly accuracy: AccuracyPolicy;
  readonly operations: OperationsPolicy;
  readonly alerts: AlertPolicy;
  readonly receivers: Readonly<Record<string, ReceiverPolicy>>;
}

export interface LogPolicy {
  /** Share of requests that are captured, 0 to 1. @default {1} */
  readonly sample: number;
  /** Rows a second at most, of each process; more are thinned out, evenly. @default {1000} */
  readonly maxRate: number;
  /** @default {30 days} */
  readonly keep: number;
  /** Bytes of all segments of the endpoint. @default {2 GiB} */
  readonly maxBytes: number;
  /** By column: `drop`, `hash`, or `bucket` (the bin of the reference profile instead of the value). */
  readonly redact: Readonly<Record<string, 'drop' | 'hash' | 'bucket'>>;
}

export interface DriftPolicy {
  readonly enabled: boolean;
  readonly minimumPsi: number;
  readonly minimumShare: number;
  /** Columns that are not watched. */
  readonly ignore: readonly string[];
  /** Compare with the same hours of the week, as far as the reference knows them. */
  readonly season: 'none' | 'week';
  /** Rows of production that become the reference where none was given. @default {10,000} */
  readonly warmup: number;
  /** What drift does to a running rollout. @default {freeze} */
  readonly rollout: 'none' | 'freeze' | 'rollback';
}

export interface QualityPolicy {
  readonly enabled: boolean;
  /** Share of rows out of the reference's range, or of the wrong type, that is too much. */
  readonly violations: number;
  /** Looks without any change of a feature that varies in the reference, after which it is frozen. */
  readonly frozenRows: number;
  /** Share of exact repetitions beyond the reference's. */
  readonly duplicates: number;
}

export interface AccuracyPolicy {
  /** `accuracy`, `auc`, `f1`, `logloss`, `mae`, `rmse`, `r2`, `ndcg` …, or the name of a metric of feedback. */
  readonly metric: string | null;
  /** Class that is positive, where there are two. */
  readonly positive: string | null;
  /**
   * Column of a version's reference with the truth, of rows that the model was not trained on. Null: its only column that the
   * model does not read, or the one of these named target, label or y; then estimates are made of it and decay is not.
   */
  readonly target: string | null;
  /** Time after which nearly all labels that will come have come; null: learnt from what came. */
  readonly maturity: number | null;
  /** Span of a cohort. @default {1 day} */
  readonly cohort: number;
  /** Least loss of the metric that is an alert. */
  readonly minimumLoss: number;
  /** Say what the metric would be before labels are there. */
  readonly estimate: boolean;
}

export interface OperationsPolicy {
  /** Share of requests that must be answered (SLO). @default {0.999} */
  readonly availability: number;
  /** Time within which a share of them must be answered, or null. */
  readonly latency: { readonly millis: number; readonly share: number } | null;
  /** Latency spike: so many times the model's own baseline. @default {3} */
  readonly spike: number;
  /** Age of a version after which it is stale, or null. */
  readonly maxAge: number | null;
  /** Time without a single request after which that is an alert, or null. */
  readonly silence: number | null;
}

export interface AlertPolicy {
  /** A condition must hold so long before it fires. */
  readonly for: number;
  /** It must be below the threshold for resolving so long before it is resolved. */
  readonly resolveAfter: number;
  /** After a deploy nothing of drift fires for so long. */
  readonly coolDown: number;
  readonly groupWait: number;
  readonly groupInterval: number;
  readonly repeat: number;
  /** Receivers by severity; `default` for all others. */
  readonly routes: Readonly<Record<string, readonly string[]>>;
}

/** Secrets are never in it: `secret`, `token`, `password` name environment variables or files (`env:NAME`, `file:PATH`). */
export type ReceiverPolicy =
  | {
      readonly kind: 'webhook';
      readonly url: string;
      readonly secret: string | null;
      readonly template: string | null;
    }
  | { readonly kind: 'alertmanager'; readonly url: string }
  | {
      readonly kind: 'slack';
      /** An incoming webhook; or a channel with the token of a bot, whose message is updated in place. */
      readonly url: string | null;
      readonly channel: string | null;
      readonly token: string | null;
    }
  | {
      readonly kind: 'email';
      readonly smtp: string;
      readonly from: string;
      readonly to: readonly string[];
      readonly password: string | null;
    }
  | { readonly kind: 'pagerduty'; readonly url: string; readonly routingKey: string }
  /** Called with what was found when drift or decay fires: to train again. */
  | { readonly kind: 'retrain'; readonly url: string; readonly secret: string | null };
