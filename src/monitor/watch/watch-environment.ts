/** What the watch asks of the control plane, which may be another process. Plain data. */
import type { FleetLoad } from '../../metrics/fleet-load.ts';
import type { NumberedFeedback } from '../../store/store.ts';

/** A version that an endpoint sends requests to. */
export interface WatchedVersion {
  readonly version: number;
  /** Folder of its bundle. */
  readonly bundle: string;
  readonly createdAt: number;
}

export interface WatchedEndpoint {
  readonly name: string;
  readonly model: string;
  /** Who answers where no rollout runs. */
  readonly stable: number;
  /** Stable, and all that the route sends requests or copies to. */
  readonly versions: readonly WatchedVersion[];
  readonly rollout: {
    readonly id: string;
    readonly candidate: number;
    /** Milliseconds since the epoch. */
    readonly startedAt: number;
    /** Whether it may be frozen: it runs, and nobody has paused it. */
    readonly isRunning: boolean;
  } | null;
}

/** What drift does to a rollout. */
export type SteeringAction = 'pause' | 'abort';

/** What drift asks to be done to a rollout. */
export interface SteeringRequest {
  readonly rollout: string;
  readonly steering: SteeringAction;
  readonly reason: string;
  /** Begin of the latest drift that it is for. */
  readonly began: number;
}

export interface WatchEnvironment {
  endpoints(): Promise<readonly WatchedEndpoint[]>;
  /** Labels and values that arrived after the one of that number, oldest first. */
  feedback(after: number, limit: number): Promise<readonly NumberedFeedback[]>;
  /** The same by version, and what the processes use: for `OperationsWatch`. Null until it is known. */
  load(): Promise<FleetLoad | null>;
  /** Answers what came of it, in a sentence. */
  steer(rollout: string, steering: SteeringAction, reason: string): Promise<string>;
}
