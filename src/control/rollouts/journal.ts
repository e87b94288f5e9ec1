/**
 * What has been written of one rollout, and writing it on: the event with what follows from it, all or nothing; then the
 * route is changed, then published, then noted as done. Killed between any two of these, it is carried out again from
 * what was written, and comes to the same.
 */
import { isPlimsollError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { StoredWindow } from '../../rollout/collect/window-collector.ts';
import type { RolloutAction } from '../../rollout/decide/state.ts';
import type { RolloutStatus } from '../../rollout/decide/status.ts';
import type { RecordingSpec, Route } from '../../rollout/route.ts';
import type { CollectionNeeds } from '../../rollout/strategy-machine.ts';
import type { Fence, RolloutEventRow, RolloutRow, Store } from '../../store/store.ts';
import type { Publisher } from '../fleet/publisher.ts';
import { type Deed, differs, isTowardsStable, restOn, type Target, targetOf, type Wish } from './actions.ts';
import { flipTo } from './carry-out.ts';
import { type Folded, fold, SYSTEM, started } from './fold.ts';
import { decidedOf, type Entry, foldLog, type Todo, writeEntry } from './log.ts';
import { type AnyMachine, machineOf } from './machines.ts';
import type { Timeline } from './timeline.ts';
import { within } from './within.ts';

export interface JournalPorts {
  readonly store: Store;
  readonly publisher: Pick<Publisher, 'publishRoutes'>;
  readonly clock: Clock;
}

/** What the journal tells of while it carries out. */
export interface Listener {
  /** Before workers are told of the route. */
  onRoute(route: Route): void;
  onAlert(message: string): void;
}

/** Longest time, in milliseconds, that workers are waited for with a route to what they have loaded: commands wait. */
const FOLLOW_MAX = 5000;
/** And once they have not followed in that time, at every tick. */
const FOLLOW_AGAIN = 50;
/** Bytes of units that wait to be written while the store is away; beyond them windows are kept without. */
const UNITS_WAITING_MAX = 64 * 1024 * 1024;

export interface Draft {
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
  readonly entry: Entry;
  readonly after: Folded;
  readonly target: Target | null;
}

export class Journal {
  readonly row: RolloutRow;
  readonly machine: AnyMachine;
  readonly #ports: JournalPorts;
  readonly #fence: Fence;
  #folded: Folded;
  /** The last route that was decided. */
  #routed: Target | null;
  #todo: readonly Todo[];
  /** What is so already and waits for the store, in order. */
  readonly #unwritten: Entry[] = [];
  /** Of the route that is on its way to the workers. */
  #publication: { readonly id: string; readonly done: Promise<void> } | null = null;
  #isOver = false;

  private constructor(
    row: RolloutRow,
    ports: JournalPorts,
    fence: Fence,
    read: { readonly folded: Folded; readonly routed: Target | null; readonly todo: readonly Todo[] },
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
  ): Promise<Journal> {
    const machine = machineOf(row.strategy);
    const folded = await foldLog(ports.store, machine, row, (stored, { state }) =>
      onWindow(stored, machine.needs(state)),
    );
    return new Journal(row, ports, fence, { folded, ...(await decidedOf(ports.store, row.id)) });
  }

  /** One that is decided on elsewhere, with no evidence yet: for what can be seen here alone. It is never written. */
  static begun(row: RolloutRow, ports: JournalPorts): Journal {
    const start = { body: { rolledBackBefore: false }, at: ports.clock.now() };
    const folded = started(machineOf(row.strategy), row, start);
    return new Journal(row, ports, { scope: '', token: 0 }, { folded, routed: null, todo: [] });
  }

  get folded(): Folded {
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
  get routed(): Target | null {
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
  foresee(at: number): { readonly after: Folded; readonly hasConsequences: boolean } {
    const { after, actions } = fold(
      this.machine,
      this.#folded,
      this.#event({ kind: 'tick', body: null }, at),
    );
    const hasConsequences =
      actions.length > 0 ||
      differs(this.#wish(after), this.#routed) ||
      this.#stateOf(after) !== this.#stateOf(this.#folded);
    return { after, hasConsequences };
  }

  /** Writes down what happened now and what follows from it; only then is it so. Throws ROLLOUTS_UNOWNED. */
  async record(draft: Draft, timeline: Timeline): Promise<void> {
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
  recordAhead(draft: Draft, timeline: Timeline): boolean {
    const step = this.#step(draft, timeline);
    const isAllowed =
      draft.restsOn !== undefined ||
      step.target === null ||
      isTowardsStable(step.target, this.#routed, this.row.stable);
    if (!isAllowed) return false;
    const { event } = step.entry;
    const waiting = this.#unwritten.reduce((sum, entry) => sum + (entry.event.units?.length ?? 0), 0);
    const hasRoom = waiting + (event.units?.length ?? 0) <= UNITS_WAITING_MAX;
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

  #step(draft: Draft, timeline: Timeline): Step {
    const event = this.#event(draft, this.#ports.clock.now());
    const { after, actions } = fold(this.machine, this.#folded, event);
    const target = this.#targetAfter(after, draft, timeline);
    const { by = SYSTEM } = draft;
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
  async carryOut(listener: Listener): Promise<Error | null> {
    const { rollouts } = this.#ports.store.tables;
    const route = this.#todo.findLast(({ deed }) => deed.kind === 'flip');
    let unfollowed: Error | null = null;
    for (const todo of this.#todo) {
      if (todo.deed.kind === 'alert') listener.onAlert(todo.deed.message);
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
  async #route({ id, deed, reason }: Todo, listener: Listener): Promise<Error | null> {
    const { target, by } = deed as Extract<Deed, { kind: 'flip' }>;
    listener.onRoute(await this.#flip(target, { by, reason }));
    const isNew = this.#publication?.id !== id;
    if (isNew) this.#publication = { id, done: this.#ports.publisher.publishRoutes() };
    const { done } = this.#publication!;
    try {
      await within(isNew ? FOLLOW_MAX : FOLLOW_AGAIN, done);
      return null;
    } catch (error) {
      if (!isPlimsollError(error) || error.code !== 'FLEET_SLOW') this.#publication = null;
      return error as Error;
    }
  }

  #flip(target: Target, change: { readonly by: string; readonly reason: string }): Promise<Route> {
    return flipTo(this.#ports.store, {
      rollout: this.row.id,
      endpoint: this.row.endpoint,
      target,
      change: { at: this.#ports.clock.now(), ...change },
      fence: this.#fence,
    });
  }

  #event({ kind, body, units }: Draft, at: number): RolloutEventRow {
    return { rollout: this.row.id, seq: this.#folded.seq, at, kind, body, units: units ?? null };
  }

  /** The route that is wanted from now on, or null where it is the one that was. */
  #targetAfter(after: Folded, { isRerouted, restsOn }: Draft, timeline: Timeline): Target | null {
    if (this.isSettled) return null;
    if (restsOn !== undefined) return restOn(restsOn, this.row.seed);
    const wish = this.#wish(after);
    if (isRerouted !== true && !differs(wish, this.#routed)) return null;
    return targetOf(wish, timeline.next(after.at, this.recording));
  }

  #todoOf(
    seq: number,
    actions: readonly RolloutAction[],
    flip: { readonly target: Target; readonly by: string } | null,
    reason: string,
  ): readonly Todo[] {
    const alerts = actions.flatMap((action): readonly Todo[] =>
      action.kind === 'alert'
        ? [{ id: action.id, deed: { kind: 'alert', message: action.message }, reason }]
        : [],
    );
    if (flip === null) return alerts;
    return [{ id: `${this.row.id}/flip/${seq}`, deed: { kind: 'flip', ...flip }, reason }, ...alerts];
  }

  /** Why there is an entry: what the machine says, or, where it goes on as before, what brought the entry about. */
  #reasonOf({ kind, isRerouted }: Draft, after: Folded): string {
    if (after.verdict !== 'hold' || this.#stateOf(after) !== this.#stateOf(this.#folded)) return after.reason;
    if (kind === 'baseline') return 'Latency and outputs are compared from now on';
    if (isRerouted === true) return 'Windows begin anew';
    return this.isRouted ? after.reason : 'What requests come to is recorded from now on';
  }

  #stateOf({ state }: Folded): string {
    return this.machine.status(state).state;
  }

  #wish({ state, marks }: Folded): Wish {
    return { row: this.row, plan: this.machine.plan(state), needs: this.machine.needs(state), marks };
  }
}
