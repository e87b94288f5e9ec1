/**
 * What has been written of one rollout, and writing it on: the event with what follows from it, all or nothing; then the
 * route is changed, then published, then noted as done. Killed between any two of these, it is carried out again from
 * what was written, and comes to the same.
 */
import { required } from '../../core/element-at.ts';
import { toError } from '../../core/error-text.ts';
import { isPlimsollError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { StoredWindow } from '../../rollout/collect/window-collector.ts';
import type { RolloutAction } from '../../rollout/decide/state.ts';
import type { RolloutStatus } from '../../rollout/decide/status.ts';
import type { RecordingSpec, Route } from '../../rollout/route.ts';
import type { CollectionNeeds } from '../../rollout/strategy-machine.ts';
import type { Fence, RolloutEventRow, RolloutRow, Store } from '../../store/store.ts';
import type { SnapshotPublisher } from '../fleet/snapshot-publisher.ts';
import {
  type ActionBody,
  isNewTarget,
  isTowardsStable,
  type RouteTarget,
  routeTarget,
  singleVersionTarget,
  type TargetInputs,
} from './actions.ts';
import { applyRoute } from './apply-route.ts';
import { withFleetTimeout } from './fleet-timeout.ts';
import { type FoldedState, foldEvent, SYSTEM_ACTOR, startedState } from './fold-event.ts';
import { foldLog, type LogEntry, type PendingAction, pendingActions, writeEntry } from './rollout-log.ts';
import { type AnyMachine, machineOf } from './strategy-machines.ts';
import type { WindowTimeline } from './window-timeline.ts';

export interface JournalPorts {
  readonly store: Store;
  readonly publisher: Pick<SnapshotPublisher, 'publishRoutes'>;
  readonly clock: Clock;
}

/** What the journal tells of while it carries out. */
export interface JournalListener {
  /** Before workers are told of the route. */
  onRoute(route: Route): void;
  onAlert(message: string): void;
}

/** Longest time, in milliseconds, that workers are waited for with a route to what they have loaded: commands wait. */
const FOLLOW_MAX = 5000;
/** And once they have not followed in that time, at every tick. */
const FOLLOW_AGAIN = 50;
/** Bytes of units that wait to be written while the store is away; beyond them windows are kept without. */
const UNITS_WAITING_MAX_BYTES = 64 * 1024 * 1024;

export interface EventDraft {
  readonly kind: RolloutEventRow['kind'];
  readonly body: unknown;
  readonly units?: Uint8Array;
  readonly by?: string;
  /** What a person said of it, for the audit log. */
  readonly why?: string | undefined;
  /** The order of another replica that it obeys. */
  readonly order?: string | undefined;
  /** A new route is wanted though the plan is the same: its windows begin anew. */
  readonly isRerouted?: boolean;
  /** Version to rest on instead of the one that the machine settles on. */
  readonly restsOn?: number;
}

/** An event with all that follows from it. */
interface Step {
  readonly entry: LogEntry;
  readonly after: FoldedState;
  readonly target: RouteTarget | null;
}

export class RolloutJournal {
  readonly row: RolloutRow;
  readonly machine: AnyMachine;
  readonly #ports: JournalPorts;
  readonly #fence: Fence;
  #folded: FoldedState;
  /** The last route that was decided. */
  #routed: RouteTarget | null;
  #todo: readonly PendingAction[];
  /** What is so already and waits for the store, in order. */
  readonly #unwritten: LogEntry[] = [];
  /** Of the route that is on its way to the workers. */
  #publication: { readonly id: string; readonly done: Promise<void> } | null = null;
  #isOver = false;

  private constructor(
    row: RolloutRow,
    ports: JournalPorts,
    fence: Fence,
    read: {
      readonly folded: FoldedState;
      readonly routed: RouteTarget | null;
      readonly todo: readonly PendingAction[];
    },
  ) {
    this.row = row;
    this.machine = machineOf(row.strategy);
    this.#ports = ports;
    this.#fence = fence;
    this.#folded = { ...read.folded, state: this.machine.owned(read.folded.state, fence.token) };
    this.#routed = read.routed;
    this.#todo = read.todo;
  }

  /** Reads everything; `onWindow` is told of each closed window. Throws INTERNAL where the log is empty. */
  static async read(
    row: RolloutRow,
    ports: JournalPorts,
    fence: Fence,
    onWindow: (stored: StoredWindow, needs: CollectionNeeds) => void,
  ): Promise<RolloutJournal> {
    const machine = machineOf(row.strategy);
    const folded = await foldLog(ports.store, machine, row, (stored, { state }) =>
      onWindow(stored, machine.needs(state)),
    );
    return new RolloutJournal(row, ports, fence, { folded, ...(await pendingActions(ports.store, row.id)) });
  }

  /** One that is decided on elsewhere, with no evidence yet: for what can be seen here alone. It is never written. */
  static begun(row: RolloutRow, ports: JournalPorts): RolloutJournal {
    const start = { body: { rolledBackBefore: false }, at: ports.clock.now() };
    const folded = startedState(machineOf(row.strategy), row, start);
    return new RolloutJournal(row, ports, { scope: '', token: 0 }, { folded, routed: null, todo: [] });
  }

  get folded(): FoldedState {
    return this.#folded;
  }

  /** As lists show it. */
  get state(): RolloutStatus['state'] {
    return this.machine.status(this.#folded.state).state;
  }

  get needs(): CollectionNeeds {
    return this.machine.needs(this.#folded.state);
  }

  /** Of the route that was decided last. */
  get recording(): RecordingSpec | null {
    return this.#routed?.recording ?? null;
  }

  /** The last route that was decided. */
  get routed(): RouteTarget | null {
    return this.#routed;
  }

  /** Whether any route has been decided yet. */
  get isRouted(): boolean {
    return this.#routed !== null;
  }

  /** The route that ends the rollout has been decided: nothing else will be. */
  get isSettled(): boolean {
    return this.#routed !== null && this.#routed.settle !== null;
  }

  /** Nothing is left to be done. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** What a tick would come to at `at`, and whether it is worth writing down. */
  foresee(at: number): { readonly after: FoldedState; readonly hasConsequences: boolean } {
    const { after, actions } = foldEvent(
      this.machine,
      this.#folded,
      this.#event({ kind: 'tick', body: null }, at),
    );
    const hasConsequences =
      actions.length > 0 ||
      isNewTarget(this.#targetInputs(after), this.#routed) ||
      this.#stateOf(after) !== this.#stateOf(this.#folded);
    return { after, hasConsequences };
  }

  /** Writes down what happened now and what follows from it; only then is it so. Throws ROLLOUTS_UNOWNED. */
  async record(draft: EventDraft, timeline: WindowTimeline): Promise<void> {
    // What waits to be written has the numbers before it.
    await this.catchUp();
    const step = this.#step(draft, timeline);
    await writeEntry(this.#ports.store, this.#fence, step.entry);
    this.#accept(step);
  }

  /**
   * The one exception: while the store is away, what leads nobody away from stable is so at once, and waits to be
   * written. Whether it is so; an event with any other consequence has not happened.
   */
  recordAhead(draft: EventDraft, timeline: WindowTimeline): boolean {
    const step = this.#step(draft, timeline);
    const isAllowed =
      draft.restsOn !== undefined ||
      step.target === null ||
      isTowardsStable(step.target, this.#routed, this.row.stable);
    if (!isAllowed) return false;
    const { event } = step.entry;
    const waiting = this.#unwritten.reduce((sum, entry) => sum + (entry.event.units?.length ?? 0), 0);
    const hasRoom = waiting + (event.units?.length ?? 0) <= UNITS_WAITING_MAX_BYTES;
    this.#unwritten.push(hasRoom ? step.entry : { ...step.entry, event: { ...event, units: null } });
    this.#accept(step);
    return true;
  }

  /** Writes what has happened while the store was away, in order and as it was decided then. Throws ROLLOUTS_UNOWNED. */
  async catchUp(): Promise<void> {
    for (let entry = this.#unwritten[0]; entry !== undefined; entry = this.#unwritten[0]) {
      await writeEntry(this.#ports.store, this.#fence, entry);
      this.#unwritten.shift();
    }
  }

  /** Something that is so already has not been written yet. */
  get isAhead(): boolean {
    return this.#unwritten.length > 0;
  }

  #step(draft: EventDraft, timeline: WindowTimeline): Step {
    const event = this.#event(draft, this.#ports.clock.now());
    const { after, actions } = foldEvent(this.machine, this.#folded, event);
    const target = this.#targetAfter(after, draft, timeline);
    const { by = SYSTEM_ACTOR } = draft;
    const reason = this.#reasonOf(draft, after);
    const todo = this.#todoOf(event.seq, actions, target && { target, by }, reason);
    const isHarmful = this.machine.plan(after.state).settled?.isHarmful === true;
    const { state, weight, stage } = this.machine.status(after.state);
    const { verdict } = after;
    const { endpoint } = this.row;
    const change = { state, ...(isHarmful ? { rolledBackAutomatically: true } : {}) };
    const said = { by, why: draft.why, order: draft.order };
    return {
      entry: { event, verdict, reason, todo, endpoint, ...said, weight, stage, change },
      after,
      target,
    };
  }

  #accept({ entry, after, target }: Step): void {
    this.#folded = after;
    this.#routed = target ?? this.#routed;
    this.#todo = [...this.#todo, ...entry.todo];
  }

  /**
   * Does what was decided and is not known to be done, each once more if need be; of several routes the last. Answers why
   * workers do not follow it, or null: they hold up neither alerts nor what is decided next, and are asked again.
   */
  async carryOut(listener: JournalListener): Promise<Error | null> {
    const { rollouts } = this.#ports.store.tables;
    const route = this.#todo.findLast(({ body }) => body.kind === 'flip');
    let unfollowed: Error | null = null;
    for (const todo of this.#todo) {
      if (todo.body.kind === 'alert') listener.onAlert(todo.body.message);
      if (todo === route) unfollowed = await this.#route(todo, listener);
      if (todo === route && unfollowed !== null) continue;
      await rollouts.applied(todo.id, this.#ports.clock.now());
      this.#todo = this.#todo.filter((other) => other !== todo);
    }
    if (this.isSettled && this.#todo.length === 0 && !this.#isOver) {
      await rollouts.update(this.row.id, { endedAt: this.#ports.clock.now() });
      this.#isOver = true;
    }
    return unfollowed;
  }

  /** Changes the route and has workers follow it; answers why they do not. */
  async #route({ id, body, reason }: PendingAction, listener: JournalListener): Promise<Error | null> {
    const { target, by } = body as Extract<ActionBody, { kind: 'flip' }>;
    listener.onRoute(await this.#flip(target, { by, reason }));
    const isNew = this.#publication?.id !== id;
    if (isNew) this.#publication = { id, done: this.#ports.publisher.publishRoutes() };
    const { done } = required(this.#publication, 'a publication');
    try {
      await withFleetTimeout(isNew ? FOLLOW_MAX : FOLLOW_AGAIN, done);
      return null;
    } catch (error) {
      if (!isPlimsollError(error) || error.code !== 'FLEET_SLOW') this.#publication = null;
      return toError(error);
    }
  }

  #flip(target: RouteTarget, change: { readonly by: string; readonly reason: string }): Promise<Route> {
    return applyRoute(this.#ports.store, {
      rollout: this.row.id,
      endpoint: this.row.endpoint,
      target,
      change: { at: this.#ports.clock.now(), ...change },
      fence: this.#fence,
    });
  }

  #event({ kind, body, units }: EventDraft, at: number): RolloutEventRow {
    return { rollout: this.row.id, seq: this.#folded.seq, at, kind, body, units: units ?? null };
  }

  /** The route that is wanted from now on, or null where it is the one that was. */
  #targetAfter(
    after: FoldedState,
    { isRerouted, restsOn }: EventDraft,
    timeline: WindowTimeline,
  ): RouteTarget | null {
    if (this.isSettled) return null;
    if (restsOn !== undefined) return singleVersionTarget(restsOn, this.row.seed);
    const inputs = this.#targetInputs(after);
    if (isRerouted !== true && !isNewTarget(inputs, this.#routed)) return null;
    return routeTarget(inputs, timeline.next(after.at, this.recording));
  }

  #todoOf(
    seq: number,
    actions: readonly RolloutAction[],
    flip: { readonly target: RouteTarget; readonly by: string } | null,
    reason: string,
  ): readonly PendingAction[] {
    const alerts = actions.flatMap((action): readonly PendingAction[] =>
      action.kind === 'alert'
        ? [{ id: action.id, body: { kind: 'alert', message: action.message }, reason }]
        : [],
    );
    if (flip === null) return alerts;
    return [{ id: `${this.row.id}/flip/${seq}`, body: { kind: 'flip', ...flip }, reason }, ...alerts];
  }

  /** Why there is an entry: what the machine says, or, where it goes on as before, what brought the entry about. */
  #reasonOf({ kind, isRerouted }: EventDraft, after: FoldedState): string {
    if (after.verdict !== 'hold' || this.#stateOf(after) !== this.#stateOf(this.#folded)) return after.reason;
    if (kind === 'baseline') return 'Latency and outputs are compared from now on';
    if (isRerouted === true) return 'Windows begin anew';
    return this.isRouted ? after.reason : 'What requests come to is recorded from now on';
  }

  #stateOf({ state }: FoldedState): string {
    return this.machine.status(state).state;
  }

  #targetInputs({ state, marks }: FoldedState): TargetInputs {
    return { row: this.row, plan: this.machine.plan(state), needs: this.machine.needs(state), marks };
  }
}
