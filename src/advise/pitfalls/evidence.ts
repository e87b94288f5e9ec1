/** What the records of an installation say, as far as the rules of pitfalls ask. Plain data; times are milliseconds since the epoch. */

/** Requests that an hour saw. */
export interface HourCount {
  /** When it begins. */
  readonly at: number;
  readonly requests: number;
}

/** A notice that a receiver did not take for good. */
export interface LostNotice {
  readonly receiver: string;
  readonly at: number;
  readonly error: string | null;
  /** When a later notice was taken, or a test went through; null where none did. */
  readonly reachedAt: number | null;
}

/** How an endpoint is watched. */
export interface MonitorEvidence {
  readonly watchesDrift: boolean;
  /** Rows of traffic that become the reference where none is given. */
  readonly warmup: number;
  /** Where the reference comes from that its rows are compared with; null: there is none yet. */
  readonly reference: { readonly source: string; readonly rows: number } | null;
  /** Rows that were captured within the last day. */
  readonly rowsOfDay: number;
  /** Kinds by name. */
  readonly receivers: Readonly<Record<string, string>>;
  /** Receivers by severity, where any are named. */
  readonly routes: Readonly<Record<string, readonly string[]>>;
  /** Age at which labels are there, in milliseconds; null where nobody has said. */
  readonly labelMaturity: number | null;
  readonly lost: readonly LostNotice[];
}

/** A rollout that began within the last days. */
export interface LateRollout {
  readonly id: string;
  readonly strategy: string;
  readonly candidate: number;
  readonly stable: number;
  readonly startedAt: number;
  readonly by: string;
}

/** A rollout that waits for a person. */
export interface HeldRollout {
  readonly id: string;
  readonly strategy: string;
  readonly candidate: number;
  /** Percent of units that the candidate answers. */
  readonly weight: number;
  readonly since: number;
  /** A person has said so. */
  readonly isPaused: boolean;
  readonly reason: string;
}

export interface CheckEvidence {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  /** Of a check that failed with a coded error. */
  readonly code: string | null;
}

/** What Python needs to run a version. */
export interface PythonEvidence {
  readonly version: string;
  /** Digest of the lock. */
  readonly lock: string;
  /** Its path, as a command takes it. */
  readonly lockPath: string;
  /** Path of the requirements that were given with the file; null where none were. */
  readonly requirements: string | null;
  /** What else was said of it, as words of a command. */
  readonly options: readonly string[];
  /** Whether it came as a folder, with its code and requirements. */
  readonly isFolder: boolean;
  /** Requirements that say no exact version, and what they became. */
  readonly unpinned: readonly { readonly line: string; readonly version: string | null }[];
  readonly packages: number;
}

export interface VersionEvidence {
  readonly model: string;
  readonly version: number;
  readonly state: string;
  /** Name of its file. */
  readonly file: string;
  readonly createdAt: number;
  readonly proof: string | null;
  readonly runtime: string | null;
  readonly checks: readonly CheckEvidence[];
  readonly hasReference: boolean;
  readonly python: PythonEvidence | null;
}

export interface EndpointEvidence {
  readonly name: string;
  readonly model: string;
  /** The version that answers everybody. */
  readonly stable: VersionEvidence;
  /** The newest version of its model that is ready and answers nobody; null where there is none. */
  readonly waiting: number | null;
  /** Null where monitoring cannot be asked. */
  readonly monitor: MonitorEvidence | null;
  /** When the newest label or value came; null where none did within what is kept. */
  readonly labelledAt: number | null;
  /** Requests of its model, by hours, oldest first; those without any are left out. */
  readonly hours: readonly HourCount[];
  /** Newest first. */
  readonly rollouts: readonly LateRollout[];
  /** Its rollout, where that waits; else null. */
  readonly held: HeldRollout | null;
}

/** A run that is done. */
export interface RunEvidence {
  readonly number: number;
  readonly cause: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly rows: number;
}

export interface JobEvidence {
  readonly name: string;
  readonly isPaused: boolean;
  /** Milliseconds between the next times of its cron line; null where it has none. */
  readonly cronInterval: number | null;
  /** What the model needs for a row; null where it is not known. */
  readonly rowMicros: number | null;
  /** Newest first. */
  readonly runs: readonly RunEvidence[];
}

/** All that is looked at. */
export interface InstallationEvidence {
  readonly now: number;
  readonly endpoints: readonly EndpointEvidence[];
  /** Those that endpoints answer with, and the newest of each model. */
  readonly versions: readonly VersionEvidence[];
  readonly jobs: readonly JobEvidence[];
  /** What could not be looked at, and why, in sentences. */
  readonly passedOver: readonly string[];
}
