import { messageOf } from '../../core/error-text.ts';
import type { Clock, Logger } from '../../core/ports.ts';
import { addAt } from '../../core/vector.ts';
import { DURATION_CELLS } from '../../metrics/duration-buckets.ts';
import type { FleetLoad, VersionLoad } from '../../metrics/fleet-load.ts';
import type { Store, TrafficRow } from '../../store/store.ts';
import { TRAFFIC_STEPS } from '../../store/traffic-steps.ts';

export interface TrafficLogOptions {
  /** What all processes that answer have counted so far; null where that is not known. */
  readonly load: () => FleetLoad | null;
  readonly store: Pick<Store, 'tables'>;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
  /** Tells the cells of this server from those of others that share the store. */
  readonly replica: string;
  /** What had been counted before: nobody's minute; null where that is not known yet. */
  readonly before: FleetLoad | null;
}

const MINUTE_MILLIS = 60_000;
/** Cells that wait for a store that is away: four hours of twenty versions. */
const WAITING_MOST = 5000;

interface OpenCell extends Omit<TrafficRow, 'times'> {
  readonly times: Float64Array;
}

const OUTCOMES = ['ok', 'invalid', 'overloaded', 'error', 'cancelled'] as const;

/**
 * Keeps what versions were asked and answered, for those who look later: once a minute it looks at the counters that are
 * there anyway, and writes what was added to them into cells of a minute, of ten and of an hour. A cell is written again
 * while it is open, so that a server that is killed loses a minute. In memory there are the open cells alone.
 */
export class TrafficLog {
  readonly #options: TrafficLogOptions;
  #before: ReadonlyMap<string, VersionLoad> | null = null;
  #minute: number;
  /** By step: when its open cells began, and they by version and model. */
  readonly #open = new Map<number, { readonly at: number; readonly cells: Map<string, OpenCell> }>();
  readonly #waiting = new Map<string, TrafficRow>();
  #hasFailed = false;

  constructor(options: TrafficLogOptions) {
    this.#options = options;
    this.#minute = this.#now();
    this.#before = byName(options.before);
  }

  /** To be called every few seconds; does something once a minute. Never rejects. */
  async note(): Promise<void> {
    if (this.#before === null) this.#before = byName(this.#options.load());
    else if (this.#now() !== this.#minute) await this.flush();
  }

  /** Writes what was counted until now. Never rejects. */
  async flush(): Promise<void> {
    const at = this.#minute * MINUTE_MILLIS;
    this.#minute = this.#now();
    const load = this.#options.load();
    if (load === null) return;
    try {
      await this.#add(load, at);
      await this.#write();
    } catch (error) {
      this.#failed(error);
    }
  }

  #now(): number {
    return Math.floor(this.#options.clock.now() / MINUTE_MILLIS);
  }

  /** All or nothing: what cannot be added now is compared again later. */
  async #add(load: FleetLoad, at: number): Promise<void> {
    const before = this.#before;
    const added = load.versions.flatMap((now) => {
      const since = before?.get(nameOf(now)) ?? null;
      return hasMore(since, now) ? [{ now, since: isLater(since, now) ? since : null }] : [];
    });
    const open = added.length === 0 ? [] : await this.#openCells(at);
    for (const { step, cells } of open)
      for (const { now, since } of added) {
        const cell = addedTo(cells.get(nameOf(now)) ?? this.#emptyCell(step, at, now), now, since);
        cells.set(nameOf(now), cell);
        const row = { ...cell, times: sparse(cell.times) };
        this.#waiting.set([step, row.at, nameOf(now)].join(' '), row);
      }
    this.#before = byName(load);
  }

  #openCells(at: number) {
    const steps = TRAFFIC_STEPS.map(async ({ step }) => ({
      step,
      cells: await this.#cellsAt(step, Math.floor(at / step) * step),
    }));
    return Promise.all(steps);
  }

  /** Those that a process before this one has begun, or that a clock that was set back comes to again, go on. */
  async #cellsAt(step: number, at: number): Promise<Map<string, OpenCell>> {
    const open = this.#open.get(step);
    if (open?.at === at) return open.cells;
    const { store, replica } = this.#options;
    const isNew = open !== undefined && open.at < at;
    const rows = isNew ? [] : await store.tables.traffic.at(step, at, replica);
    const cells = new Map(rows.map((row) => [nameOf(row), { ...row, times: dense(row.times) }]));
    this.#open.set(step, { at, cells });
    return cells;
  }

  #emptyCell(step: number, at: number, { model, version }: VersionLoad): OpenCell {
    return {
      ...{ model, version, step, at: Math.floor(at / step) * step, replica: this.#options.replica },
      ...{ answered: 0, invalid: 0, failed: 0, overloaded: 0, cancelled: 0 },
      times: new Float64Array(DURATION_CELLS),
    };
  }

  async #write(): Promise<void> {
    const rows = [...this.#waiting];
    await this.#options.store.tables.traffic.put(rows.map(([, row]) => row));
    for (const [key, row] of rows) if (this.#waiting.get(key) === row) this.#waiting.delete(key);
    this.#hasFailed = false;
  }

  /** A store that is away is told later; said once, until it is back. */
  #failed(error: unknown): void {
    for (const key of [...this.#waiting.keys()].slice(0, Math.max(0, this.#waiting.size - WAITING_MOST)))
      this.#waiting.delete(key);
    if (!this.#hasFailed)
      this.#options.logger.warn({ error: messageOf(error) }, 'traffic cannot be kept: trying again');
    this.#hasFailed = true;
  }
}

const nameOf = ({ model, version }: Pick<VersionLoad, 'model' | 'version'>): string => `${version} ${model}`;

const byName = (load: FleetLoad | null): ReadonlyMap<string, VersionLoad> | null =>
  load === null ? null : new Map(load.versions.map((one) => [nameOf(one), one]));

const countOf = ({ outcomes }: VersionLoad): number =>
  OUTCOMES.reduce((sum, outcome) => sum + outcomes[outcome], 0);

/** Counters that fell belong to a process that began anew. */
const isLater = (since: VersionLoad | null, now: VersionLoad): boolean =>
  since !== null && OUTCOMES.every((outcome) => now.outcomes[outcome] >= since.outcomes[outcome]);

const hasMore = (since: VersionLoad | null, now: VersionLoad): boolean =>
  countOf(now) > 0 && (since === null || countOf(now) !== countOf(since));

function addedTo(cell: OpenCell, now: VersionLoad, since: VersionLoad | null): OpenCell {
  const more = (outcome: (typeof OUTCOMES)[number]): number =>
    now.outcomes[outcome] - (since?.outcomes[outcome] ?? 0);
  for (const [k, count] of now.times.entries()) {
    const added = count - (since?.times[k] ?? 0);
    if (added > 0) addAt(cell.times, k, added);
  }
  return {
    ...cell,
    answered: cell.answered + more('ok'),
    invalid: cell.invalid + more('invalid'),
    failed: cell.failed + more('error'),
    overloaded: cell.overloaded + more('overloaded'),
    cancelled: cell.cancelled + more('cancelled'),
  };
}

/** Cells of durations that hold something, each with its number. */
const sparse = (times: Float64Array): readonly (readonly [number, number])[] =>
  [...times.entries()].filter(([, count]) => count > 0);

function dense(times: TrafficRow['times']): Float64Array {
  const cells = new Float64Array(DURATION_CELLS);
  for (const [k = DURATION_CELLS, count = 0] of times) if (k < DURATION_CELLS) addAt(cells, k, count);
  return cells;
}
