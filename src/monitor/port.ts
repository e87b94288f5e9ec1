/** Everything that can be asked about monitoring by the API and the commands, wherever its database is. All throw coded errors. */
import type { Actor } from '../core/actor.ts';
import type { AlertEventRow, DeliveryRow } from '../store/monitoring/monitoring.ts';
import type { Page, PageRequest } from '../store/store.ts';
import type { CohortBody } from './accuracy/cohort.ts';
import type { AlertRow } from './alerts/alert.ts';
import type { DriftEffect, DriftFinding } from './drift/drift-finding.ts';

export interface MonitorView {
  readonly endpoint: string;
  readonly model: string;
  readonly version: number | null;
  /** What is in force, with every default filled in. */
  readonly policy: unknown;
  /** As it was written; `{}` where nothing was. */
  readonly written: unknown;
  readonly generation: number;
  readonly reference: { readonly source: string; readonly rows: number; readonly createdAt: number } | null;
  /** Rows and requests seen within the last hour and day. */
  readonly traffic: { readonly hour: number; readonly day: number; readonly dropped: number };
  readonly alerts: { readonly firing: number; readonly pending: number };
  /** When the monitor itself last succeeded; null: never. */
  readonly evaluatedAt: number | null;
  /** How it stands, in a sentence. */
  readonly sentence: string;
}

export interface FeatureDrift {
  readonly feature: string;
  readonly side: 'input' | 'output';
  readonly effect: DriftEffect;
  readonly evidence: { readonly log: number; readonly threshold: number };
  readonly state: 'quiet' | 'drifting';
  readonly missing: { readonly reference: number; readonly current: number };
  readonly unseen: { readonly reference: number; readonly current: number };
  readonly rows: number;
  readonly bins: readonly string[];
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

export interface DriftView {
  readonly endpoint: string;
  readonly version: number;
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  readonly features: readonly FeatureDrift[];
  readonly findings: readonly DriftFinding[];
  /** `data`: both versions moved; `model`: one did; null where there is one version, or nothing moved. */
  readonly cause: 'data' | 'model' | null;
}

/** Accuracy of the rows that were answered within [from, to), as far as it is known. */
export interface CohortView extends Omit<CohortBody, 'delays'> {
  readonly version: number;
  readonly from: number;
  readonly to: number;
  readonly revision: number;
  readonly computedAt: number;
  /** What was known when, oldest first; none where there is one revision. */
  readonly revisions: readonly (Pick<CohortBody, 'labelled' | 'coverage' | 'realised'> & {
    readonly revision: number;
    readonly computedAt: number;
  })[];
}

/** How the accuracy of the stable version stands. */
export interface AccuracyView {
  readonly metric: string | null;
  readonly reference: {
    readonly value: number;
    readonly rows: number;
    readonly source: 'file' | 'traffic';
    readonly isPresumed: boolean;
  } | null;
  /** False: estimates were too far off and are hidden; null: there is none. */
  readonly isEstimateTrusted: boolean | null;
  /** Age at which labels are there, in milliseconds; null: not known yet. */
  readonly maturity: number | null;
  /** Where accuracy was lost, in words, while it is. */
  readonly attribution: string | null;
  readonly rules: readonly {
    readonly name: string;
    readonly standing: 'beyond' | 'between' | 'below' | null;
    readonly sentence: string;
  }[];
}

export interface QualityView {
  readonly endpoint: string;
  readonly version: number;
  /** Realised and estimated accuracy by cohort, newest first. */
  readonly cohorts: readonly CohortView[];
  /** Null where neither labels nor a reference with labels are there. */
  readonly accuracy: AccuracyView | null;
  /** Violations of the last day, by check and feature. */
  readonly violations: readonly {
    readonly kind: string;
    readonly feature: string | null;
    readonly rows: number;
    readonly share: number;
    readonly sentence: string;
  }[];
}

/** A logged row, as `requests/{id}` answers it. */
export interface LoggedRequest {
  readonly requestId: string;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

export interface MonitoringApi {
  monitors(page?: PageRequest): Promise<Page<MonitorView>>;
  /** Throws ENDPOINT_NOT_FOUND, as all that follow do. */
  monitor(endpoint: string): Promise<MonitorView>;
  /** Replaces what is watched, by a document as `plimsoll.yaml` has it below `monitors`; compare-and-set. Throws MONITOR_INVALID, GENERATION_CONFLICT. */
  setMonitor(
    endpoint: string,
    document: unknown,
    generation: number | null,
    actor: Actor,
  ): Promise<MonitorView>;
  drift(
    endpoint: string,
    query: { readonly hours?: number | undefined; readonly version?: number | undefined },
  ): Promise<DriftView>;
  quality(endpoint: string, query: { readonly days?: number | undefined }): Promise<QualityView>;

  alerts(
    page?: PageRequest & { readonly endpoint?: string | undefined; readonly all?: boolean | undefined },
  ): Promise<Page<AlertRow>>;
  /** Throws ALERT_UNKNOWN. */
  alert(
    fingerprint: string,
  ): Promise<{ readonly alert: AlertRow; readonly events: readonly AlertEventRow[] }>;
  acknowledge(fingerprint: string, actor: Actor): Promise<AlertRow>;
  /** Sends a test notice through a receiver and answers how it went. Throws RECEIVER_UNKNOWN. */
  testReceiver(
    endpoint: string,
    receiver: string,
    actor: Actor,
  ): Promise<{ readonly ok: boolean; readonly detail: string }>;
  /** Notices that could not be delivered. */
  deadLetters(): Promise<readonly DeliveryRow[]>;

  /** Throws REQUEST_UNKNOWN. */
  request(id: string): Promise<LoggedRequest>;
}
