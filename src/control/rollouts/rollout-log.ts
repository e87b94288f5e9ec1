/** The log of one rollout: read back as what it comes to, and written on, with what follows from each event. */
import { setImmediate } from 'node:timers/promises';
import { PlimsollError } from '../../core/errors.ts';
import { packUnits } from '../../rollout/collect/packed-units.ts';
import type { StoredWindow } from '../../rollout/collect/window-collector.ts';
import type { Fence, RolloutEventRow, RolloutRow, Store, Tables } from '../../store/store.ts';
import type { ActionBody, RouteTarget } from './actions.ts';
import { type FoldedState, foldEvent, startedState } from './fold-event.ts';
import { rolloutEvents } from './rollout-events.ts';
import type { AnyMachine } from './strategy-machines.ts';

/** A window takes about 0.3 ms to fold: whoever else is served on this loop gets a turn every 2 ms. */
const TURN_EVENTS = 8;

const NO_UNITS = packUnits({ sampling: 0, high: [], low: [], word: [], history: [], pair: [] });

/**
 * Everything that the events say; `onWindow` is told of each closed window as it is read, with the state behind it.
 * Throws INTERNAL where there are no events.
 */
export async function foldLog(
  store: Store,
  machine: AnyMachine,
  row: RolloutRow,
  onWindow: (stored: StoredWindow, folded: FoldedState) => void = () => undefined,
): Promise<FoldedState> {
  let folded: FoldedState | null = null;
  for await (const event of rolloutEvents(store.tables.rollouts, row.id)) {
    folded = folded === null ? startedState(machine, row, event) : next(folded, event);
    if (event.seq % TURN_EVENTS === 0) await setImmediate();
  }
  if (folded !== null) return folded;
  throw new PlimsollError('INTERNAL', { action: 'the log of a rollout', reason: `${row.id} has no events` });

  function next(before: FoldedState, event: RolloutEventRow): FoldedState {
    const { after, closed } = foldEvent(machine, before, event);
    if (closed !== null) onWindow({ closed, units: event.units ?? NO_UNITS }, after);
    return after;
  }
}

/** What was decided to be done and is not known to be, in order, and the last route that was decided. */
export async function pendingActions(
  store: Store,
  rollout: string,
): Promise<{ readonly todo: readonly PendingAction[]; readonly routed: RouteTarget | null }> {
  const actions = await store.tables.rollouts.actions(rollout);
  const flips = actions.flatMap(({ body }) => ((body as ActionBody).kind === 'flip' ? [body as Flip] : []));
  const todo = actions.filter(({ appliedAt }) => appliedAt === null);
  return {
    todo: todo.map(({ id, body, reason }) => ({ id, body: body as ActionBody, reason })),
    routed: flips.at(-1)?.target ?? null,
  };
}

type Flip = Extract<ActionBody, { kind: 'flip' }>;

export interface PendingAction {
  readonly id: string;
  readonly body: ActionBody;
  readonly reason: string;
}

/** An event with what follows from it. */
export interface LogEntry {
  readonly event: RolloutEventRow;
  readonly verdict: string;
  readonly reason: string;
  readonly todo: readonly PendingAction[];
  /** Share of units in percent, and stage, that were decided. */
  readonly weight: number;
  readonly stage: number;
  /** Of the row of the rollout. */
  readonly change: { readonly state: RolloutRow['state']; readonly rolledBackAutomatically?: boolean };
  readonly endpoint: string;
  readonly by: string;
  /** What a person said of it. */
  readonly why?: string | undefined;
  /** The order of another replica that it obeys. */
  readonly order?: string | undefined;
}

/** All or nothing; throws ROLLOUTS_UNOWNED where somebody else decides by now. */
export const writeEntry = (store: Store, fence: Fence, entry: LogEntry): Promise<void> =>
  store.transaction(async (tables) => {
    await proveOwnership(tables, fence);
    await claimOrder(tables, entry.order);
    if (!(await tables.rollouts.append(entry.event)))
      throw new PlimsollError('ROLLOUTS_UNOWNED', {
        reason: `event ${entry.event.seq} of ${entry.event.rollout} was written by another one`,
      });
    if (entry.todo.length > 0) await writeActions(tables, fence, entry);
    if (entry.todo.length > 0 || entry.event.kind === 'command') await writeAudit(tables, entry);
    await tables.rollouts.update(entry.event.rollout, entry.change);
  });

/** Throws ROLLOUTS_UNOWNED. */
export async function proveOwnership(tables: Tables, fence: Fence): Promise<void> {
  if (await tables.owners.holds(fence)) return;
  throw new PlimsollError('ROLLOUTS_UNOWNED', { reason: 'another one has taken over' });
}

/** Has an order written down once: throws ROLLOUTS_UNOWNED where it was before, or is wanted no more. */
export async function claimOrder({ orders }: Tables, order: string | undefined): Promise<void> {
  if (order === undefined || (await orders.write(order))) return;
  throw new PlimsollError('ROLLOUTS_UNOWNED', { reason: `order ${order} was obeyed or taken back` });
}

async function writeActions(tables: Tables, fence: Fence, entry: LogEntry): Promise<void> {
  const { event, verdict, reason, todo } = entry;
  const endpoint = await tables.endpoints.get(entry.endpoint);
  for (const { id, body } of todo)
    await tables.rollouts.appendAction({
      id,
      rollout: event.rollout,
      seq: event.seq,
      body,
      generation: body.kind === 'flip' && endpoint !== null ? endpoint.generation + 1 : null,
      verdict,
      reason,
      fence: fence.token,
      decidedAt: event.at,
      appliedAt: null,
    });
}

/** What moves a route, and every word of a person, whether it moved anything or not. */
const writeAudit = ({ audit }: Tables, entry: LogEntry): Promise<unknown> => {
  const { event, verdict, reason, why, todo, by, weight, stage } = entry;
  const actions = todo.map(({ id }) => id);
  return audit.append({
    at: event.at,
    by,
    what: `rollout.${entry.change.state}`,
    subject: `rollout/${event.rollout}`,
    body: {
      ...{ event: event.seq, verdict, reason, weight, stage, actions },
      ...(why === undefined ? {} : { why }),
    },
  });
};
