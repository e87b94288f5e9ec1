/**
 * A rollout as the fold of its log: the same events give the same state, whoever folds them and when. Nothing else is
 * kept of a rollout that runs, so that a restart cannot differ from what went on. Pure.
 */

import type { FrozenMarks } from '../../rollout/collect/frozen-marks.ts';
import { parseWindowJson } from '../../rollout/collect/window-json.ts';
import type { ReadyReplicas, RolloutAction } from '../../rollout/decide/state.ts';
import type {
  ClosedWindow,
  MachineEvent,
  MachineStart,
  MachineStep,
} from '../../rollout/strategy-machine.ts';
import type { RolloutEventRow, RolloutRow } from '../../store/store.ts';
import { addToHistory, NO_HISTORY, type RolloutHistory } from './rollout-history.ts';
import { addWindowToTotals, NO_ROLLOUT_TOTALS, type RolloutTotals } from './rollout-totals.ts';
import type { AnyMachine } from './strategy-machines.ts';

export interface FoldedState {
  /** Of the machine. */
  readonly state: unknown;
  /** Number of the next event. */
  readonly seq: number;
  /** When the last event was decided, in milliseconds since the epoch. */
  readonly at: number;
  readonly marks: FrozenMarks | null;
  readonly ready: ReadyReplicas;
  readonly totals: RolloutTotals;
  readonly history: RolloutHistory;
  /** Highest index of a closed window, −1 before the first. */
  readonly window: number;
  /** It was paused by its own controller, since the store was away, and nobody has said anything since. */
  readonly isCutOff: boolean;
  /** Of the last event. */
  readonly verdict: string;
  readonly reason: string;
}

/** What the first event of a log says; the rest of the start is in the row of the rollout. */
export interface StartBody {
  readonly rolledBackBefore: boolean;
}

export const machineStart = (row: RolloutRow, { rolledBackBefore }: StartBody): MachineStart => ({
  attempt: row.id,
  candidate: row.candidate,
  stable: row.stable,
  binding: row.binding,
  policy: row.policy,
  now: row.startedAt,
  fence: 0,
  rolledBackBefore,
});

/** The state before the event of the log that comes second. */
export const startedState = (
  machine: AnyMachine,
  row: RolloutRow,
  event: Pick<RolloutEventRow, 'body' | 'at'>,
): FoldedState => ({
  state: machine.start(machineStart(row, event.body as StartBody)),
  seq: 1,
  at: event.at,
  marks: null,
  ready: { candidate: 1, stable: 1 },
  totals: NO_ROLLOUT_TOTALS,
  history: NO_HISTORY,
  window: -1,
  isCutOff: false,
  verdict: 'hold',
  reason: 'Started',
});

export interface FoldStep {
  readonly after: FoldedState;
  readonly actions: readonly RolloutAction[];
  /** The window that the event tells of, or null. */
  readonly closed: ClosedWindow | null;
}

/** The next event of the log, whose number is that of `before`. */
export function foldEvent(machine: AnyMachine, before: FoldedState, event: RolloutEventRow): FoldStep {
  const next = { ...before, seq: event.seq + 1, at: event.at };
  if (event.kind === 'baseline')
    return { after: { ...next, marks: event.body as FrozenMarks }, actions: [], closed: null };
  const decided = toMachineEvent(event);
  const { actions, ...step }: MachineStep<unknown> = machine.decide(before.state, decided, event.at);
  const said = decided.kind === 'command' ? decided.command : null;
  const closed = decided.kind === 'window' ? decided.window : null;
  const counted = closed === null || closed.window <= before.window ? {} : count(machine, before, closed);
  const ready = decided.kind === 'ready' ? decided.ready : before.ready;
  const isCutOff = said === null ? before.isCutOff : isByItself(said);
  // Windows that are counted after the end change no verdict, and not what was said of it.
  const { verdict, reason } = closed !== null && machine.plan(before.state).settled !== null ? before : step;
  const history = addToHistory(
    before.history,
    { at: event.at, command: said?.kind ?? null, by: said?.by ?? null, reason, isWindow: closed !== null },
    machine.status(step.state),
  );
  return {
    after: { ...next, ...step, verdict, reason, ...counted, ready, isCutOff, history },
    actions,
    closed,
  };
}

/** Who decides where no person does, and what it says of itself while it cannot write. */
export const SYSTEM_ACTOR = 'plimsoll';
export const OFFLINE_ACTOR = `${SYSTEM_ACTOR}, while the store is away`;

const isByItself = ({ kind, by }: Extract<MachineEvent, { kind: 'command' }>['command']): boolean =>
  kind === 'pause' && by === OFFLINE_ACTOR;

const count = (
  machine: AnyMachine,
  { totals, state }: FoldedState,
  closed: ClosedWindow,
): Pick<FoldedState, 'totals' | 'window'> => ({
  totals: addWindowToTotals(totals, closed, machine.needs(state).control),
  window: closed.window,
});

function toMachineEvent({ kind, body }: RolloutEventRow): MachineEvent {
  switch (kind) {
    case 'window':
      return { kind, window: parseWindowJson(body) };
    case 'ready':
      return { kind, ready: body as Extract<MachineEvent, { kind: 'ready' }>['ready'] };
    case 'command':
      return { kind, command: body as Extract<MachineEvent, { kind: 'command' }>['command'] };
    default:
      return { kind: 'tick' };
  }
}
