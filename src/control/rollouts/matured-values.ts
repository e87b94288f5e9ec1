/** What has come of earlier answers by the time that a window is closed. Pure. */
import type { MaturedLabel } from '../../rollout/collect/joined-window.ts';
import type { CollectionNeeds } from '../../rollout/strategy-machine.ts';
import type { RolloutRow } from '../../store/store.ts';

export interface MaturedValues {
  /** Answers whose labels are complete, each in one window only. */
  readonly labels: readonly MaturedLabel[];
  /** Business values, in the words of the experiment; null where none are asked for. */
  readonly outcomes: unknown;
}

/** A window that is about to be closed. */
export interface ClosingWindow {
  readonly window: number;
  /** Share of units that each arm was to get. */
  readonly shares: readonly number[];
}

/** What has matured when a window is closed at `now`, in milliseconds since the epoch. */
export type MaturedOf = (
  row: RolloutRow,
  needs: CollectionNeeds,
  closing: ClosingWindow,
  now: number,
) => Promise<MaturedValues>;
