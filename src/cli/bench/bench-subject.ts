import type { LoadRequest, LoadTarget } from '../../load/load-order.ts';

/** What is measured: where it answers, what it is sent, and which processes it has. */
export interface BenchSubject {
  readonly name: string;
  readonly url: URL;
  readonly target: LoadTarget;
  readonly request: LoadRequest;
  /** Rows of a request, and where they come from. */
  readonly rows: number;
  readonly source: string;
  pids(): readonly number[];
  /** What the capacity model needs to know of a server that was started here; null of another one. */
  readonly server: { readonly workers: number | null; readonly python: boolean } | null;
  /** Ends what was started for it. */
  close(): Promise<void>;
}

/** What was said of the requests. */
export interface RequestOptions {
  readonly input?: string;
  readonly rows: number;
  readonly seed: number;
}
