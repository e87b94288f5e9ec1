/** Where a rollout stands, for people. Pure. */
import type { FrozenMarks } from '../../rollout/collect/frozen-marks.ts';
import type { RolloutStatus } from '../../rollout/decide/status.ts';
import type { CollectionNeeds, RoutingPlan } from '../../rollout/strategy-machine.ts';
import type { RolloutRow } from '../../store/store.ts';
import type { FoldedState } from './fold-event.ts';
import type { RolloutHistory } from './rollout-history.ts';
import type { RolloutTotals } from './rollout-totals.ts';
import type { AnyMachine } from './strategy-machines.ts';

/** Everything but `verdict`, `reason` and `late` is what its log says. */
export interface RolloutSnapshot {
  readonly row: RolloutRow;
  readonly status: RolloutStatus;
  readonly verdict: string;
  readonly reason: string;
  readonly plan: RoutingPlan;
  readonly needs: CollectionNeeds;
  /** With every default. */
  readonly policy: unknown;
  readonly marks: FrozenMarks | null;
  readonly totals: RolloutTotals;
  readonly history: RolloutHistory;
  /** Of the machine. */
  readonly state: unknown;
  /** Whether everything has been counted, until the last request that its versions were given. */
  readonly isFinal: boolean;
  /** Pieces that came after their window was closed, since this process owns the rollout. */
  readonly late: number;
  /** There where something of it is not written yet: the store is away. */
  readonly durable?: false;
}

export const rolloutSnapshot = (
  row: RolloutRow,
  machine: AnyMachine,
  { state, verdict, reason, marks, totals, history }: FoldedState,
  late = 0,
): RolloutSnapshot => ({
  row,
  status: machine.status(state),
  verdict,
  reason,
  plan: machine.plan(state),
  needs: machine.needs(state),
  policy: machine.policy(state),
  marks,
  totals,
  history,
  state,
  isFinal: row.endedAt !== null,
  late,
});
