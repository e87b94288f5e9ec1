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
  /** Ends what was started for it. */
  close(): Promise<void>;
}

/** What was said of the requests. */
export interface RequestOptions {
  readonly input?: string;
  readonly rows: number;
  readonly seed: number;
}
