/** What files are written from: a pattern that was advised, with its sizes, and what is known of model and tables. */
import type { ServingPlatform } from '../needs/needs.ts';
import type { Pattern } from '../needs/pattern.ts';
import type { TrialRows } from './trial-rows.ts';

/** A file that `serve` is to register, or a version that a data folder has; paths are relative to the folder that is written. */
export type BlueprintPlace =
  | {
      readonly kind: 'file';
      readonly path: string;
      /** Flags that say how it is read, such as `--runtime python --trust`. */
      readonly flags: readonly string[];
    }
  | { readonly kind: 'version'; readonly version: number; readonly data: string };

export type BlueprintModel = {
  /** Letters, digits, `.`, `_` and `-`: what clients call it by. */
  readonly name: string;
  readonly runtime: 'native' | 'onnx' | 'python';
} & TrialRows &
  BlueprintPlace;

export interface Sizing {
  /** Replicas at rest and at the peak, a lost one and headroom included. */
  readonly least: number;
  readonly most: number;
  /** Serving processes of a replica, and the cores that they take. */
  readonly workers: number;
  readonly cores: number;
  /** Bytes of a replica. */
  readonly memory: number;
  /** Requests a second that one replica is to have at most: short of saturation. */
  readonly perReplica: number;
  /** Instance of the table of prices; null where none is bought. */
  readonly instance: string | null;
}

export interface BatchSizing {
  /** Processes that score at the same time. */
  readonly lanes: number;
  /** Bytes of all of them. */
  readonly memory: number;
  /** Milliseconds that a run is expected to take. */
  readonly run: number;
  /** Machines that it takes to be done in time: above one, a cluster. */
  readonly machines: number;
  readonly instance: string | null;
}

export interface Blueprint {
  readonly pattern: Pattern;
  readonly platform: ServingPlatform;
  /** What the case is called: of files, jobs and deployments. */
  readonly name: string;
  readonly model: BlueprintModel;
  readonly traffic: {
    /** Requests a second, on average over the hours with traffic. */
    readonly rate: number;
    readonly errorRate: number;
    /** Distinct users, or null where they are not known. */
    readonly units: number | null;
  };
  /** Within how many milliseconds which share of the answers is to come; null where nothing is said. */
  readonly latency: { readonly millis: number; readonly share: number } | null;
  /** Milliseconds from one run to the next at most. */
  readonly every: number;
  /** What the application looks rows up in. */
  readonly database: 'postgres' | 'sqlite' | 'none';
  readonly serving: Sizing;
  readonly batch: BatchSizing;
  /** What was advised and why, a sentence each. */
  readonly reasons: readonly string[];
}

/** A file of the folder. */
export interface AdvisedFile {
  readonly name: string;
  readonly text: string;
  /** What it is for. */
  readonly does: string;
}

/** A line for a shell in that folder. */
export interface AdvisedCommand {
  readonly run: string;
  readonly does: string;
}

/** Files, the commands that start them in order, and what a person has to fill in before they go to production. */
export interface AdvisedFiles {
  readonly files: readonly AdvisedFile[];
  readonly commands: readonly AdvisedCommand[];
  readonly fill: readonly string[];
}
