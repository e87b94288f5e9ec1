import type { AccessSettings, TlsFiles } from '../../config/access.ts';
import type { ConnectionSettings } from '../../config/connection-settings.ts';
import type { ModelCounts } from '../../control/fleet/traffic-meter.ts';
import type { AliasSet } from '../../metrics/alias-sets.ts';
import type { FleetLoad } from '../../metrics/fleet-load.ts';
import type { RecentRequest } from '../../metrics/recent-request.ts';
import type { ErrorMessage, LifecycleMessage } from '../../process/messages.ts';
import type { PlaneSnapshot } from '../../rollout/route.ts';
import type { WindowPart } from '../../rollout/window-part.ts';
import type { FleetMetrics } from '../../serving/metrics/exposition.ts';
import type { MetricsSnapshot } from '../../serving/metrics/metrics-snapshot.ts';
import type { ControlSettings } from '../control-settings.ts';
import type { RegistrationProgress } from '../registration.ts';
import type { ServedModel } from '../served.ts';

/** What the parent, its workers and its control process say to each other; plain data, structured clones. */

// Workers

/** As whom a worker serves, and where. */
export interface WorkerSettings {
  /** Its place, from 1. */
  readonly worker: number;
  /** How often that place has been filled. */
  readonly epoch: number;
  /** Tells the workers of this parent from those of others, and of an earlier one. */
  readonly replica: string;
  readonly host: string;
  readonly port: number;
  readonly maxBody: number;
  readonly connections: ConnectionSettings;
  readonly metricsAliases?: readonly AliasSet[] | undefined;
  /** Whether rows and answers are captured. */
  readonly captures: boolean;
  /** Whom it lets in; of a rate its own share. */
  readonly access: AccessSettings;
  readonly tls: TlsFiles | null;
  /** Workers that share the memory. */
  readonly copies: number;
  /** Scoring threads of this worker. */
  readonly threads: number;
  /** Path of the Unix socket of the control process. */
  readonly controlSocket: string;
  readonly dataDir: string;
  /** What the others follow; null while nobody follows anything, and the first one is to come. */
  readonly snapshot: PlaneSnapshot | null;
}

/** Name of a worker in the parts that it sends: the same for nobody else. */
export const workerName = ({ replica, worker }: Pick<WorkerSettings, 'replica' | 'worker'>): string =>
  `${replica}/${worker}`;

/** Everything a worker has counted since it began: one that is lost or comes twice changes no sum. */
export interface WorkerReport {
  readonly worker: number;
  readonly epoch: number;
  readonly seq: number;
  readonly snapshot: MetricsSnapshot;
}

/** A version by its name: `churn@2`. */
export type VersionName = `${string}@${number}`;
export const versionName = ({ model, version }: { model: string; version: number }): VersionName =>
  `${model}@${version}`;

export type FromWorker =
  | LifecycleMessage
  | { readonly kind: 'report'; readonly report: WorkerReport }
  /** A scrape has come to this worker: it wants the totals. */
  | { readonly kind: 'scrape'; readonly id: number }
  /** What this process uses, for a scrape; right after its report. */
  | { readonly kind: 'usage'; readonly id: number; readonly process: string }
  /** Requests of late, as they were asked for. */
  | { readonly kind: 'recent'; readonly id: number; readonly requests: readonly RecentRequest[] }
  /** It has done as a snapshot says. */
  | { readonly kind: 'followed'; readonly sequence: number; readonly loaded: readonly VersionName[] }
  /** A version of a snapshot cannot be loaded here: it follows the one before. */
  | { readonly kind: 'unfollowed'; readonly sequence: number; readonly error: ErrorMessage }
  | { readonly kind: 'piece'; readonly piece: WindowPart };

export type ToWorker =
  | { readonly kind: 'start'; readonly settings: WorkerSettings }
  /** The versions are to be loaded; the routes are those of before. */
  | { readonly kind: 'prepare'; readonly snapshot: PlaneSnapshot }
  | { readonly kind: 'follow'; readonly snapshot: PlaneSnapshot }
  /** A scrape has come to some worker: what this one uses is wanted. */
  | { readonly kind: 'usage'; readonly id: number }
  /** Somebody looks at the requests of an endpoint. */
  | { readonly kind: 'recent'; readonly id: number; readonly endpoint: string }
  | { readonly kind: 'totals'; readonly id: number; readonly totals: FleetMetrics }
  /** No connections are to be accepted any more. */
  | { readonly kind: 'leave' }
  /** Nobody accepts connections any more: clients may be told to connect elsewhere. */
  | { readonly kind: 'close' };

// The control process

/** A worker that answers, as the control process sees it. */
export interface LiveWorker {
  /** As in its parts. */
  readonly worker: string;
  readonly epoch: number;
  readonly loaded: readonly VersionName[];
}

export type FromControl =
  | Exclude<LifecycleMessage, { kind: 'ready' }>
  | { readonly kind: 'ready'; readonly models: readonly ServedModel[] }
  /** Once a second. */
  | { readonly kind: 'alive' }
  | { readonly kind: 'progress'; readonly progress: RegistrationProgress }
  | { readonly kind: 'publish'; readonly id: number; readonly snapshot: PlaneSnapshot }
  /** The requests of late of all workers are wanted. */
  | { readonly kind: 'recent'; readonly id: number; readonly endpoint: string };

export type ToControl =
  | { readonly kind: 'start'; readonly settings: ControlSettings; readonly fleet: readonly LiveWorker[] }
  | { readonly kind: 'fleet'; readonly fleet: readonly LiveWorker[] }
  | { readonly kind: 'published'; readonly id: number; readonly error: ErrorMessage | null }
  | { readonly kind: 'piece'; readonly piece: WindowPart }
  /** What all workers have counted so far. */
  | { readonly kind: 'counts'; readonly counts: readonly ModelCounts[]; readonly load: FleetLoad }
  | { readonly kind: 'recent'; readonly id: number; readonly requests: readonly RecentRequest[] }
  /** It is to finish what it is doing, and end. */
  | { readonly kind: 'leave' };
