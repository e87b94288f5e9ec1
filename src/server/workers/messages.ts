import type { ErrorCode, ErrorDetails } from '../../core/errors.ts';
import type { Totals } from '../../serving/http/exposition.ts';
import type { Snapshot } from '../../serving/http/snapshot.ts';

/** An accepted bundle and the name it answers to. */
export interface NamedBundle {
  readonly bundle: string;
  readonly model: string;
  readonly version: number;
}

/** What a worker serves, and as whom. */
export interface WorkerSettings {
  /** Its place, from 1. */
  readonly worker: number;
  /** How often that place has been filled. */
  readonly epoch: number;
  readonly bundles: readonly NamedBundle[];
  readonly host: string;
  readonly port: number;
  readonly maxBody: number;
  /** Scoring threads of this worker. */
  readonly threads: number;
}

/** Everything a worker has counted since it began: one that is lost or comes twice changes no sum. */
export interface Report {
  readonly worker: number;
  readonly epoch: number;
  readonly seq: number;
  readonly snapshot: Snapshot;
}

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'refused'; readonly error: { code: ErrorCode; details: ErrorDetails } }
  /** It accepts no connections any more. */
  | { readonly kind: 'left' }
  | { readonly kind: 'report'; readonly report: Report }
  /** A scrape has come to this worker: it wants the totals. */
  | { readonly kind: 'scrape'; readonly id: number }
  /** Its part of a scrape, right after its report. */
  | { readonly kind: 'part'; readonly id: number; readonly process: string };

export type FromParent =
  | { readonly kind: 'start'; readonly settings: WorkerSettings }
  /** A scrape has come to some worker: its part is wanted. */
  | { readonly kind: 'part'; readonly id: number }
  | { readonly kind: 'totals'; readonly id: number; readonly totals: Totals }
  /** No connections are to be accepted any more. */
  | { readonly kind: 'leave' }
  /** Nobody accepts connections any more: clients may be told to connect elsewhere. */
  | { readonly kind: 'close' };
