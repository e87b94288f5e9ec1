/** How a container is to be started. */
export interface ContainerSpec {
  readonly env: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  /** Folders of this machine by where the container sees them, read-only. */
  readonly mounts: Readonly<Record<string, string>>;
  /** Port at which it is told to listen. */
  readonly port: number;
}

export interface StartedContainer {
  readonly port: number;
  /** Process of the container as this machine sees it. */
  readonly pid: number;
  /** Path by which the container sees what was to be mounted at `place`. */
  seenAt(place: string): string;
  kill(signal: NodeJS.Signals): void;
  /** Exit code, or null where a signal ended it. */
  readonly ended: Promise<number | null>;
  /** What it wrote to stderr and stdout so far, the last 64 KiB. */
  output(): string;
}

/** Starts a container; settles once its process runs, whether or not it answers yet. */
export type StartContainer = (start: ContainerSpec) => Promise<StartedContainer>;
