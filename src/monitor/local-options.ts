import type { Actor } from '../core/actor.ts';
import type { Clock } from '../core/ports.ts';
import type { MonitoringStore } from '../store/monitoring/monitoring.ts';
import type { Page, PageRequest } from '../store/store.ts';
import type { FeatureHistory, HistoryRequest } from './kept/feature-history.ts';
import type { PolicyReplay, PolicyReplayRequest } from './kept/policy-replay.ts';
import type { ReceiverPolicy } from './policy/receivers.ts';
import type { DriftView, MonitoringApi, ReplayFollowing } from './port.ts';

/** An endpoint as the control plane knows it. */
export interface KnownEndpoint {
  readonly name: string;
  readonly model: string;
  readonly stable: number;
}

/** What takes longer to be read of the counts than a process that answers others may be held. */
export interface KeptCounts {
  drift(known: KnownEndpoint, query: Parameters<MonitoringApi['drift']>[1]): Promise<DriftView>;
  history(request: HistoryRequest): Promise<FeatureHistory | null>;
  replay(request: PolicyReplayRequest, following: ReplayFollowing): Promise<PolicyReplay>;
}

export interface LocalMonitoringOptions {
  readonly store: MonitoringStore;
  readonly clock: Clock;
  /** Throws ENDPOINT_NOT_FOUND. */
  readonly endpoint: (name: string) => Promise<KnownEndpoint>;
  readonly endpoints: (page: PageRequest) => Promise<Page<KnownEndpoint>>;
  /** Called with what has been set, and by whom. */
  readonly onSet: (endpoint: string, document: unknown, actor: Actor) => Promise<void>;
  /** Sends a notice, so that somebody sees whether it arrives. */
  readonly testReceiver: (
    known: KnownEndpoint,
    receiver: string,
    policy: ReceiverPolicy,
  ) => ReturnType<MonitoringApi['testReceiver']>;
  readonly request: MonitoringApi['request'];
  readonly kept: KeptCounts;
}
