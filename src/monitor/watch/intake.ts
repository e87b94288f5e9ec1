/**
 * Takes blocks in, each once: their rows go to the log, their counts to ticks, and that they were taken is kept in the same
 * transaction. Only then their files go. What is cut off in between is done again, to the same effect.
 */
import type { Block } from '../../capture/block.ts';
import type { Clock } from '../../core/ports.ts';
import type { MonitoringStore, SegmentRow, TickRow } from '../../store/monitoring/monitoring.ts';
import { endpointOf } from '../log/paths.ts';
import { addCounts } from '../reference/count.ts';
import type { TickCounts } from '../reference/profile.ts';
import { columnsFor } from './columns.ts';
import type { KnownProfile, Profiles } from './profiles.ts';
import type { Spool, SpooledBlock } from './spool.ts';
import { packTick, type Tick } from './tick.ts';

/** Length of a slot of counts, in milliseconds. */
export const SLOT = 10_000;
/** Files, and bytes of them, that are taken in at once. */
const FILES_MAX = 256;
const BYTES_MAX = 64 * 2 ** 20;

export interface IntakeOptions {
  readonly spool: Spool;
  readonly store: Pick<MonitoringStore, 'fresh' | 'takeIn'>;
  readonly log: {
    write(blocks: readonly Block[]): Promise<readonly SegmentRow[]>;
    discard(segments: readonly SegmentRow[]): Promise<void>;
  };
  readonly profiles: Profiles;
  readonly replica: string;
  readonly clock: Clock;
}

/** What one look has found. */
export interface TakenIn {
  readonly blocks: number;
  readonly rows: number;
  /** Files that were no blocks. */
  readonly bad: number;
  /** Whether more waits than is taken in at once. */
  readonly more: boolean;
}

export class Intake {
  readonly #options: IntakeOptions;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** Takes in what waits. Throws what the log and the store throw; nothing is lost by it. */
  async look(): Promise<TakenIn> {
    const { spool, store } = this.#options;
    const names = await spool.names();
    const { found, bad, tried } = await this.#read(names);
    const fresh = new Set(await store.fresh(found.map(({ block }) => block)));
    const isFresh = ({ block }: SpooledBlock): boolean => fresh.has(block);
    const { taken, counted, unfit } = await this.#count(found.filter(isFresh));
    if (
      taken.length > 0 &&
      !(await this.#keep(
        taken.map(({ block }) => block),
        counted,
      ))
    ) {
      // Another process has taken some of them: which ones is seen at the next look.
      return { blocks: 0, rows: 0, bad: bad + unfit.size, more: true };
    }
    for (const one of found) if (!unfit.has(one.name)) await this.#putAway(one);
    const rows = taken.reduce((sum, { block }) => sum + block.rows, 0);
    return { blocks: taken.length, rows, bad: bad + unfit.size, more: tried < names.length };
  }

  async #read(names: readonly string[]): Promise<{ found: SpooledBlock[]; bad: number; tried: number }> {
    const found: SpooledBlock[] = [];
    let [bad, bytes, tried] = [0, 0, 0];
    for (const name of names.slice(0, FILES_MAX)) {
      if (bytes > BYTES_MAX) break;
      const read = await this.#options.spool.read(name);
      tried++;
      if (read === 'bad') bad++;
      else if (read !== null) {
        found.push(read);
        bytes += read.bytes;
      }
    }
    return { found, bad, tried };
  }

  /** Counts each block. One that cannot be counted is moved aside: it would be in the way of all others for ever. */
  async #count(fresh: readonly SpooledBlock[]): Promise<{
    readonly taken: readonly SpooledBlock[];
    readonly counted: readonly Tick[];
    readonly unfit: ReadonlySet<string>;
  }> {
    const taken: SpooledBlock[] = [];
    const counted: Tick[] = [];
    const unfit = new Set<string>();
    for (const one of fresh) {
      const known = one.block.rows === 0 ? null : await this.#options.profiles.of(one.block);
      try {
        counted.push(tickOf(one.block, known));
        taken.push(one);
      } catch {
        unfit.add(one.name);
        await this.#options.spool.setAside(one.name);
      }
    }
    return { taken, counted, unfit };
  }

  async #keep(blocks: readonly Block[], counted: readonly Tick[]): Promise<boolean> {
    const { store, log, clock } = this.#options;
    const ticks = this.#ticksOf(blocks, counted);
    const segments = await log.write(blocks);
    if (await store.takeIn({ at: clock.now(), blocks, segments, ticks })) return true;
    await log.discard(segments);
    return false;
  }

  /** Counts by endpoint, version, profile and slot. */
  #ticksOf(blocks: readonly Block[], counted: readonly Tick[]): Omit<TickRow, 'id'>[] {
    const sums = new Map<string, { readonly about: Omit<TickRow, 'id' | 'counts' | 'rows'>; tick: Tick }>();
    for (const [i, block] of blocks.entries()) {
      const tick = counted[i]!;
      const at = Math.floor(block.from / SLOT) * SLOT;
      const endpoint = endpointOf(block);
      const { model, version } = block;
      const key = JSON.stringify([endpoint, model, version, at, tick.profile]);
      const sum = sums.get(key);
      if (sum !== undefined) sum.tick = added(sum.tick, tick);
      else {
        const about = { endpoint, model, version, replica: this.#options.replica, at, span: SLOT };
        sums.set(key, { about, tick });
      }
    }
    return [...sums.values()]
      .toSorted((a, b) => a.about.at - b.about.at)
      .map(({ about, tick }) => ({ ...about, rows: tick.counts.rows, counts: packTick(tick) }));
  }

  /** Rows of a version without a profile wait for one; all other files go. */
  async #putAway({ name, block }: SpooledBlock): Promise<void> {
    const { spool, profiles } = this.#options;
    if (block.rows === 0 || (await profiles.of(block)) !== null) return spool.remove([name]);
    await spool.moveTo(name, profiles.folderOf(block));
    await profiles.learn(block);
  }
}

const NO_COUNTS: TickCounts = { rows: 0, features: [], outputs: [], joint: [] };

function tickOf(block: Block, known: KnownProfile | null): Tick {
  const { requests, rowsSeen, dropped, rows } = block;
  const about = { requests, rowsSeen, dropped, quality: null };
  if (known === null) return { ...about, profile: 0, counts: { ...NO_COUNTS, rows } };
  const { features, outputs } = columnsFor(known.profile, block);
  return { ...about, profile: known.createdAt, counts: known.counter.count(rows, features, outputs) };
}

/** The sum of two of the same profile. */
export const added = (a: Tick, b: Tick): Tick => ({
  profile: a.profile,
  requests: a.requests + b.requests,
  rowsSeen: a.rowsSeen + b.rowsSeen,
  dropped: a.dropped + b.dropped,
  counts: addCounts(a.counts, b.counts),
  quality: null,
});
