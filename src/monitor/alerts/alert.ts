/** The words of alerting: what is watched says conditions, the engine makes alerts of them, receivers get notices. Pure. */

export type AlertSeverity = 'page' | 'ticket' | 'info';

/** Identity of an alert: never a value, a p-value or a hash of anything that moves. */
export type AlertLabels = Readonly<Record<string, string>> & {
  /** Name of the rule: `FeatureDrift`, `MissingValues`, `AccuracyDecay`, `LatencySpike` … */
  readonly alertname: string;
  readonly model: string;
  readonly endpoint: string;
};

/** How a rule stands at one look. `null`: it could not be evaluated, which is neither firing nor resolved. */
export interface AlertCondition {
  readonly labels: AlertLabels;
  readonly severity: AlertSeverity;
  /** Beyond the threshold; below the separate one for resolving; between the two nothing changes. */
  readonly standing: 'beyond' | 'between' | 'below' | null;
  /** Since when the data say so, in milliseconds since the epoch. */
  readonly since: number;
  readonly told: AlertDetail;
}

/** What people are told. */
export interface AlertDetail {
  /** What moved, since when, how much traffic, which segment: one sentence. */
  readonly sentence: string;
  /** What to do next: one sentence. */
  readonly advice: string;
  readonly value: number | null;
  readonly threshold: number | null;
  /** Rows or requests that it rests on. */
  readonly traffic: number | null;
  /** Bars of the reference and of now, with the names of their bins; null where there is nothing to draw. */
  readonly histogram: {
    readonly bins: readonly string[];
    readonly reference: readonly number[];
    readonly current: readonly number[];
  } | null;
  /** Whatever else a receiver may show. */
  readonly details: Readonly<Record<string, string>>;
}

export type AlertState = 'inactive' | 'pending' | 'firing' | 'resolved';

/** Kept in the store; what the engine needs is in it. Times are milliseconds since the epoch. */
export interface AlertRow {
  /** Hash of the labels, 16 hex digits. */
  readonly fingerprint: string;
  readonly labels: AlertLabels;
  /** The worst of the episode. */
  readonly severity: AlertSeverity;
  readonly state: AlertState;
  /** Since when it is in this state. */
  readonly since: number;
  /** When it was seen beyond for the first time, in this episode. */
  readonly startsAt: number;
  readonly endsAt: number | null;
  /** Last look at which its rule could be evaluated. */
  readonly evaluatedAt: number;
  /** False while its rule cannot be evaluated. */
  readonly known: boolean;
  /** Times it began firing within the last day. */
  readonly flaps: number;
  /** When those were, oldest first. */
  readonly firings: readonly number[];
  /** Since when it is below the threshold for resolving, while it fires; null where the last look did not say so. */
  readonly calmSince: number | null;
  /** Fingerprint of the alert that silences it, or null. */
  readonly inhibitedBy: string | null;
  readonly acknowledgedBy: string | null;
  /** What receivers know of it, by name. */
  readonly notified: Readonly<Record<string, NotificationState>>;
  readonly told: AlertDetail;
  /** Grows with every change of its state. */
  readonly generation: number;
}

/** What one receiver was told last. */
export interface NotificationState {
  readonly state: 'firing' | 'acknowledged' | 'resolved';
  readonly severity: AlertSeverity;
  /** When the notice was made. */
  readonly at: number;
  /** When the first notice of the incident was made: it names the incident. */
  readonly incident: number;
}
