/**
 * A route made ready for requests: which of its choices a request gets. Choices are the ranges of the route, then its
 * rules. The same unit gets the same choice in every process, replica and language. Pure.
 */
import { elementAt } from '../core/element-at.ts';
import { PlimsollError } from '../core/errors.ts';
import type { Random } from '../core/ports.ts';
import { BUCKETS, unitBucket } from '../rollout/canary-split.ts';
import type { Route, RouteRole } from '../rollout/route.ts';
import { PAIR_ARM } from '../rollout/window-part.ts';
import { headerText, type RequestHeaders, unitAtStart, unitInBody, unitInHeaders } from './unit-id.ts';

/** One thing that a request of an endpoint may get. */
export interface RouteChoice {
  readonly version: number;
  /** null where a rule sends the request there. */
  readonly role: RouteRole | null;
  /** Index of the arm that is measured, or null. */
  readonly arm: number | null;
}

export interface AssignedChoice {
  /** Index into `choices`. */
  readonly choice: number;
  /** Id of the unit, or null where the request is the unit. */
  readonly unit: string | null;
}

export class RouteAssigner {
  readonly choices: readonly RouteChoice[];
  /** Index of the choice that stands for the endpoint where none has been made. */
  readonly main: number;
  /** Key under which bodies may hold the id of the unit, beside their rows. */
  readonly field: string | null;
  readonly #route: Route;
  readonly #random: Random;
  /** Choice of each bucket. */
  readonly #table: Uint8Array;
  /** The one answer of a route by which nobody is measured and nobody differs. */
  readonly #only: AssignedChoice | null;

  /** Throws INTERNAL where the route is none that can be followed. */
  constructor(route: Route, random: Random) {
    checkRoute(route);
    const { ranges, rules, unit } = route;
    this.#route = route;
    this.#random = random;
    this.choices = [
      ...ranges.map(({ version, role, arm }) => ({ version, role, arm })),
      ...rules.map(({ version }) => ({ version, role: null, arm: null })),
    ];
    const isOne = ranges.length === 1 && route.recording === null && route.shadow === null;
    this.#only = isOne ? { choice: 0, unit: null } : null;
    this.#table = isOne ? new Uint8Array() : tableOf(route);
    this.main = mainOf(route);
    this.field = unit.field;
  }

  /** The choice by headers alone; null where only the body can tell (`byBody`). */
  byHeaders(headers: RequestHeaders): AssignedChoice | null {
    const { rules, ranges, unit } = this.#route;
    for (const [i, { header, values }] of rules.entries()) {
      const value = headerText(headers, header);
      if (value !== null && values.includes(value)) return { choice: ranges.length + i, unit: null };
    }
    if (this.#only !== null) return this.#only;
    const id = unitInHeaders(headers, unit);
    return id === null && this.field !== null ? null : this.#choose(id);
  }

  /** The choice by the parsed body, where the headers have made none. */
  byBody(body: unknown): AssignedChoice {
    return this.#choose(this.field === null ? null : unitInBody(body, this.field));
  }

  /** The choice by a body that is too large to be parsed here. */
  byStart(body: Buffer): AssignedChoice {
    return this.#choose(this.field === null ? null : unitAtStart(body, this.field));
  }

  #choose(unit: string | null): AssignedChoice {
    if (this.#only !== null) return this.#only;
    const bucket =
      unit === null ? Math.floor(this.#random.next() * BUCKETS) : unitBucket(unit, this.#route.seed);
    return { choice: elementAt(this.#table, bucket), unit };
  }
}

/** Choices of a route: the table has a byte for each bucket. */
const CHOICES_MAX = 255;

/** A route with gaps, or with arms that its recording does not name, must not be found out by a request. */
function checkRoute({ endpoint, ranges, rules, recording }: Route): void {
  const arms = Math.min(recording?.arms.length ?? PAIR_ARM, PAIR_ARM);
  const ends = [0, ...ranges.map(({ to }) => to)];
  const areSound = ranges.every(
    ({ from, to, arm }, k) => from === ends[k] && from < to && (arm === null || (arm >= 0 && arm < arms)),
  );
  if (areSound && ends.at(-1) === BUCKETS && ranges.length + rules.length <= CHOICES_MAX) return;
  const reason = `its ranges are ${JSON.stringify(ranges)}`;
  throw new PlimsollError('INTERNAL', { action: `following the route of "${endpoint}"`, reason });
}

function tableOf({ ranges }: Route): Uint8Array {
  const table = new Uint8Array(BUCKETS);
  ranges.forEach(({ from, to }, index) => {
    table.fill(index, from, to);
  });
  return table;
}

/** The widest range that is stable's, or the widest of all. */
function mainOf({ ranges }: Route): number {
  const isStable = (role: RouteRole): boolean => role === 'stable' || role === 'control';
  const all = ranges.map(({ from, to, role }, index) => ({ index, width: to - from, role }));
  const stable = all.filter(({ role }) => isStable(role));
  return (stable.length > 0 ? stable : all).reduce((best, one) => (one.width > best.width ? one : best))
    .index;
}
