/**
 * Collects the parts of workers into closed windows: every unit once, whichever workers it met. Pure: the time is given.
 *
 * What is counted, and why the evidence is valid on it. Without harm, what a unit does, and when, does not depend on the
 * arm that its hash has put it in. So in each guard test (failing, each slow or shifted mark, wrong labels) the set at risk in
 * a window (units that came and had not shown the event before) and the set of those that show it now are the same
 * whatever the assignment; given how many of the first set are in each arm, those in the second are a draw from it
 * without replacement, which is the law that `conditional.ts` tests against. Units may differ as they like.
 *
 * It needs the risk sets: a unit that fails in every window, or sends a thousand requests, would repeat one accident of
 * the assignment window after window as though it were new evidence. After its first event it is out of that test, in
 * both arms alike, for the whole comparison. And it needs newcomers apart: for units that are all there from the
 * beginning the law is exact, since the counts of earlier windows tell all that is known of who is left in which arm.
 * Mixed with units that come later it is not: survivors are the hardier ones, so that the arm that has lost more has the
 * higher share of newcomers, and the higher rate. Newcomers by themselves are exact again (nothing is known of their
 * arms but the split), survivors of different age nearly so; `level.long.test.ts` measures what is left of it.
 *
 * Everything left out is left out for reasons that do not depend on what happened: a missing part in all arms, a sample
 * by hash, a unit that was seen in two arms within a window. Before arms are compared (one arm has all units: a shadow
 * stage), events say nothing of either; risk sets begin when comparison does.
 *
 * Pairs need no risk set to be fair, but repeat themselves as well: a unit's first discordance counts. A unit that is
 * discordant again and again is evidence of its own (`lasting`), as is one that fails in LASTING windows in a row: there
 * the event is the last of them, and at risk are those to whom it can happen.
 */

import { murmur3 } from '../../bytes/murmur3.ts';
import { elementAt } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { RecordingSpec } from '../route.ts';
import type { ClosedWindow, CollectionNeeds } from '../strategy-machine.ts';
import { LATENCY_BINS, type MarkSample, PAIR_ARM, type WindowPart } from '../window-part.ts';
import { ArmCounter, PairCounter } from './counters.ts';
import { JoinedWindow, type MaturedLabel } from './joined-window.ts';
import { WorkerMembership } from './membership.ts';
import { PartBuffer, type PartBufferOutcome } from './part-buffer.ts';
import { isValidPart } from './part-validation.ts';
import { SegmentNames } from './segment-names.ts';
import { UnitHistories, type WindowCounters } from './unit-histories.ts';
import { type WindowInterval, WindowSchedule } from './window-schedule.ts';

/** Most windows that pieces may run ahead of the next one to be closed. */
const AHEAD_MAX = 4096;
/** Longest time, in milliseconds, that workers take to send what was under way when the rollout ended. */
const DRAIN_MAX_MS = 31_000;
/** Most answers of stable that are kept to freeze marks from. */
const SAMPLES_KEPT = 10_000;

/** Late: its window is closed. Foreign: of another rollout, generation or time. */
export type PartOutcome = PartBufferOutcome | 'late' | 'foreign';

/** A window and the units that it changed, as they are stored: what `restore` takes. */
export interface StoredWindow {
  readonly closed: ClosedWindow;
  readonly units: Uint8Array;
}

export class WindowCollector {
  readonly #needs: CollectionNeeds;
  readonly #rollout: string;
  readonly #salt: number;
  readonly #unitsMax: number | undefined;
  readonly #schedule = new WindowSchedule();
  readonly #membership = new WorkerMembership();
  readonly #parts = new PartBuffer();
  readonly #segments = new SegmentNames();
  readonly #table: UnitHistories;
  readonly #samples: MarkSample[] = [];
  readonly #counts: Record<PartOutcome, number> = {
    taken: 0,
    duplicate: 0,
    late: 0,
    foreign: 0,
    invalid: 0,
    full: 0,
  };
  /** Index of the next window to be closed, once any is known. */
  #next: number | null = null;
  #compares = false;
  /** Stage of the last window that was counted. */
  #stage = -1;

  /** `unitsMax`: most units that are kept apart. */
  constructor(needs: CollectionNeeds, rollout: string, unitsMax?: number) {
    this.#needs = needs;
    this.#rollout = rollout;
    this.#salt = murmur3(rollout, 0);
    this.#unitsMax = unitsMax;
    this.#table = new UnitHistories(this.#salt, unitsMax);
  }

  /** Pieces by what became of them. */
  get pieces(): Readonly<Record<PartOutcome, number>> {
    return this.#counts;
  }

  /** Stable's first answers, as far as they were asked for. */
  get samples(): readonly MarkSample[] {
    return this.#samples;
  }

  /**
   * A new route of the rollout, to be told before workers are. It ends the windows of the one before at its origin. The
   * same route again is no news. After a restart, every route that has windows which are not closed is to be told.
   */
  follow(generation: number, recording: RecordingSpec, shares: readonly number[]): void {
    if (this.#schedule.follow({ generation, recording, shares })) this.#parts.drop(recording.first);
  }

  /** The wall clock was set by so many milliseconds, and windows begin anew: those that are open are closed no sooner. */
  shift(by: number): void {
    this.#schedule.shift(by);
  }

  /**
   * The rollout has let go of its endpoint and all workers have followed: windows end at `at` (the first that is told), and
   * the last ones wait for requests that were under way.
   */
  end(at: number): void {
    this.#schedule.close(at);
  }

  /** Whether the last window has been closed. */
  get isExhausted(): boolean {
    const window = this.#upcoming();
    const span = window === null ? null : this.#schedule.span(window);
    return this.#schedule.end < Infinity && (span === null || span.start >= this.#schedule.end);
  }

  /** A worker that serves: windows that begin from `now` on wait for its parts. */
  join(worker: string, epoch: number, now: number): void {
    this.#membership.join(worker, epoch, now);
  }

  /** A worker that has ended: what it had not sent completely is missing. */
  leave(worker: string, epoch: number, now: number): void {
    this.#membership.leave(worker, epoch, now);
  }

  /** Takes a piece, in any order and as often as it comes. */
  take(part: WindowPart, now: number): PartOutcome {
    const taken = this.#judge(part, now);
    this.#counts[taken]++;
    return taken;
  }

  /**
   * The next window in order, empty ones too, if it can be closed: it is over, and all its parts are complete or the
   * watermark has passed.
   */
  due(now: number): number | null {
    const window = this.#upcoming();
    const span = window === null ? null : this.#schedule.span(window);
    if (window === null || span === null || now < span.end) return null;
    const { watermark } = this.#needs;
    const patience = this.#schedule.end < Infinity ? Math.max(watermark, DRAIN_MAX_MS) : watermark;
    const isOpen = now < span.end + patience && span.start < span.end;
    const waits = isOpen && !this.#isComplete(window, span);
    return waits ? null : window;
  }

  /** Share of units that each arm is to get in a window of a route that is known; none in others. */
  sharesIn(window: number): readonly number[] {
    return this.#schedule.span(window)?.shares ?? [];
  }

  /**
   * Counts the window that is due. `matured`: answers whose labels are complete by now, each in one window only;
   * `outcomes`: business values, passed through. What is answered must be stored before the next window is closed.
   */
  close(window: number, matured: readonly MaturedLabel[] = [], outcomes: unknown = null): StoredWindow {
    const span = this.#schedule.span(window);
    if (span === null || window !== this.#upcoming())
      throw new PlimsollError('INTERNAL', {
        action: `closing window ${window} of ${this.#rollout}`,
        reason: `the next one is ${this.#upcoming()}`,
      });
    const missingParts = this.#expected(window, span).filter((life) => !this.#parts.isComplete(window, life));
    const pieces = this.#parts.close(window);
    this.#beginWindow({ shares: span.shares, stage: span.recording.stage });
    const { tallies, units } = this.#count(pieces, matured, span.recording);
    this.#next = window + 1;
    this.#schedule.prune(window + 1);
    this.#membership.forget(span.start);
    const closed = {
      rollout: this.#rollout,
      window,
      start: span.start,
      stage: span.recording.stage,
      shares: span.shares,
      ...this.#sums(tallies, pieces, span.recording),
      outcomes,
      missingParts: missingParts.length,
    };
    return { closed, units };
  }

  /** Windows that were closed before, in order; to be called before anything is closed. Throws UNITS_INVALID. */
  restore(events: Iterable<StoredWindow>): void {
    for (const { closed, units } of events) {
      this.#beginWindow(closed);
      this.#table.restore(units, closed.window);
      this.#segments.restore(closed.segments.keys());
      this.#next = closed.window + 1;
    }
  }

  #judge(part: WindowPart, now: number): PartOutcome {
    if (part.rollout !== this.#rollout) return 'foreign';
    const next = this.#upcoming();
    if (next !== null && part.window < next) return 'late';
    const span = this.#schedule.span(part.window);
    const isFar = part.window >= (next ?? 0) + AHEAD_MAX;
    if (span === null || span.generation !== part.generation || isFar) return 'foreign';
    if (!isValidPart(part, span.recording)) return 'invalid';
    const kept = this.#parts.keep(part);
    if (kept !== 'taken') return kept;
    this.#membership.join(part.worker, part.epoch, now);
    if (span.recording.wantsSamples) this.#keepSamples(part.samples);
    return 'taken';
  }

  #keepSamples(samples: readonly MarkSample[]): void {
    const room = Math.max(0, SAMPLES_KEPT - this.#samples.length);
    const sound = samples.filter(({ millis }) => Number.isFinite(millis) && millis >= 0);
    this.#samples.push(...sound.slice(0, room));
  }

  /** Windows before the first route that is known cannot be counted any more, and are skipped. */
  #upcoming(): number | null {
    const first = this.#schedule.first;
    return first === null || this.#next === null ? first : Math.max(first, this.#next);
  }

  #isComplete(window: number, span: WindowInterval): boolean {
    const expected = this.#expected(window, span).filter((life) => this.#membership.isHere(life));
    // Where nobody is expected, somebody unknown may still be about to send.
    return expected.length > 0 && expected.every((life) => this.#parts.isComplete(window, life));
  }

  /** Workers that were there when the window began, and those that have sent something of it. */
  #expected(window: number, { start, end }: WindowInterval): string[] {
    // A window without length holds nothing: its route was replaced before anybody followed it.
    if (start === end) return this.#parts.senders(window);
    return [...new Set([...this.#membership.at(start), ...this.#parts.senders(window)])];
  }

  #beginWindow({ shares, stage }: Pick<ClosedWindow, 'shares' | 'stage'>): void {
    if (stage !== this.#stage) this.#table.beginStage();
    this.#stage = stage;
    if (this.#compares || shares.filter((share) => share > 0).length < 2) return;
    this.#compares = true;
    this.#table.beginComparison();
  }

  #count(pieces: readonly WindowPart[], matured: readonly MaturedLabel[], recording: RecordingSpec) {
    const tallies: WindowCounters = {
      arms: recording.arms.map((_, arm) => new ArmCounter(recording, arm)),
      pairs: new PairCounter(recording),
      hasMarks: recording.slow.length + recording.shifted.length > 0,
      crossed: 0,
    };
    if (recording.segment !== null) this.#segments.learn(pieces.flatMap(({ segments }) => segments));
    const joined = new JoinedWindow(this.#segments, this.#salt, this.#table.sampling, this.#unitsMax);
    for (const piece of pieces) {
      joined.addPiece(piece);
      this.#countNameless(piece, tallies);
    }
    for (const { unit, arm, failed } of matured) {
      if (unit === null) elementAt(tallies.arms, arm).addLabel(0, failed);
      else joined.addLabel(unit, arm, failed);
    }
    return { tallies, units: this.#table.count(joined, tallies) };
  }

  /** A request without a unit is a unit of its own: new, at risk of everything, and never seen again. */
  #countNameless({ nameless, segments }: WindowPart, { arms, pairs }: WindowCounters): void {
    for (const { arm, flags, segment, count } of nameless) {
      if (arm === PAIR_ARM) pairs.addNameless(flags, count);
      else elementAt(arms, arm).addNameless(flags, this.#segments.idOf(segments[segment] ?? ''), count);
    }
  }

  #sums({ arms, pairs, crossed }: WindowCounters, pieces: readonly WindowPart[], { segment }: RecordingSpec) {
    const names = segment === null ? [] : this.#segments.names;
    return {
      arms: arms.map((arm) => arm.counts(this.#needs.labels !== null)),
      crossed,
      sampling: 2 ** this.#table.sampling,
      pairs: pairs.pairs,
      paired: pairs.named(),
      copies: pairs.copies,
      segments: new Map(
        names.map((name, id) => [name, arms.map((arm) => arm.segments.get(id) ?? { units: 0, failures: 0 })]),
      ),
      latency: arms.map((_, arm) =>
        Array.from({ length: LATENCY_BINS }, (_, bin) =>
          sum(pieces, (piece) => piece.latency[arm]?.[bin] ?? 0),
        ),
      ),
      mirrored: sum(pieces, ({ shadow }) => shadow.mirrored),
      dropped: sum(pieces, ({ shadow }) => shadow.dropped),
    };
  }
}

const sum = (pieces: readonly WindowPart[], read: (piece: WindowPart) => number): number =>
  pieces.reduce((total, piece) => total + read(piece), 0);
