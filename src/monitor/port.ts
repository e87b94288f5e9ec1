/** Everything that can be asked about monitoring by the API and the commands, wherever its database is. All throw coded errors. */
import type { Static } from 'typebox';
import type { Actor } from '../core/actor.ts';
import type { AlertEventRow, DeliveryRow } from '../store/monitoring/monitoring.ts';
import type { NumberedFeedback, Page, PageRequest } from '../store/store.ts';
import type { AlertRow } from './alerts/alert.ts';
import type { DriftHistory, PolicyReplayView, ReplayProgress } from './kept/view-schemas.ts';
import type { DRIFT_VIEW, MONITOR_VIEW, QUALITY_VIEW } from './view-schemas.ts';

export type MonitorView = Static<typeof MONITOR_VIEW>;
export type DriftView = Static<typeof DRIFT_VIEW>;
export type FeatureDrift = DriftView['features'][number];
export type QualityView = Static<typeof QUALITY_VIEW>;
/** Accuracy of the rows that were answered within [from, to), as far as it is known. */
export type CohortView = QualityView['cohorts'][number];
/** How the accuracy of the stable version stands. */
export type AccuracyView = NonNullable<QualityView['accuracy']>;

/** Hears how far a replay has come, and may end it. */
export interface ReplayFollowing {
  readonly onProgress: (progress: ReplayProgress) => void;
  readonly signal: AbortSignal;
}

/** A notice that was given up. */
export interface DeadNotice extends DeliveryRow {
  /** When a later notice of its group was taken by its receiver, in milliseconds since the epoch; null where none was. */
  readonly reachedAt: number | null;
}

/** A logged row, as `requests/{id}` answers it. */
export interface LoggedRequest {
  readonly requestId: string;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** Labels and values that came for it, in their order. */
  readonly labels: readonly RequestLabel[];
}

export type RequestLabel = Pick<NumberedFeedback, 'metric' | 'value' | 'at' | 'receivedAt'>;

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
    query: PageRequest & {
      readonly hours?: number | undefined;
      readonly version?: number | undefined;
      /** Features whose names hold it. */
      readonly search?: string | undefined;
    },
  ): Promise<DriftView>;
  /** One feature of the stable version over time. Throws FEATURE_UNWATCHED, KEPT_TIMEOUT. */
  driftHistory(
    endpoint: string,
    query: {
      readonly feature: string;
      readonly side: 'input' | 'output';
      readonly days?: number | undefined;
    },
  ): Promise<DriftHistory>;
  /**
   * What another policy would have said of the rows of the last days, beside the one in force; nothing is changed. Throws
   * MONITOR_INVALID, OVERLOADED where one is under way, KEPT_TIMEOUT.
   */
  replay(
    endpoint: string,
    asked: { readonly policy: unknown; readonly days?: number | undefined },
    following?: ReplayFollowing,
  ): Promise<PolicyReplayView>;
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
  deadLetters(): Promise<readonly DeadNotice[]>;

  /** Throws REQUEST_UNKNOWN. */
  request(id: string): Promise<LoggedRequest>;
}
