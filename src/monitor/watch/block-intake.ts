/**
 * Takes blocks in, each once: their rows go to the log, their counts to ticks, and that they were taken is kept in the same
 * transaction. Only then their files go. What is cut off in between is done again, to the same effect; a file that ends this
 * process, or that the log takes alone of all not, is moved aside.
 */

import type { CapturedBlock } from '../../capture/block.ts';
import { elementAt } from '../../core/element-at.ts';
import { isPlimsollError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { MonitoringStore, SegmentRow, TickRow } from '../../store/monitoring/monitoring.ts';
import { logEndpoint } from '../log/log-paths.ts';
import type { TickCounts } from '../reference/reference-profile.ts';
import type { AttributionSampler } from './attribution-sampler.ts';
import type { BlockAttempts } from './block-attempts.ts';
import { blockColumns } from './block-columns.ts';
import type { BlockSpoolReader, SpooledBlock } from './block-spool-reader.ts';
import { addTicks, type MonitorTick, packTick } from './monitor-tick.ts';
import type { KnownProfile, ProfileStore } from './profile-store.ts';
import type { QualityStreams } from './quality-streams.ts';
import { QualityCounter } from './quality-tick.ts';

/** Length of a slot of counts, in milliseconds. */
export const SLOT_MS = 10_000;
/** Files, and bytes of them, that are taken in at once. */
const FILES_MAX = 256;
const PASS_MAX_BYTES = 64 * 2 ** 20;

export interface BlockIntakeOptions {
  readonly spool: BlockSpoolReader;
  readonly attempts: BlockAttempts;
  readonly store: Pick<MonitoringStore, 'fresh' | 'takeIn'>;
  readonly log: {
    write(blocks: readonly CapturedBlock[]): Promise<readonly SegmentRow[]>;
    discard(segments: readonly SegmentRow[]): Promise<void>;
  };
  readonly profiles: ProfileStore;
  /** Columns of an endpoint, as `logEndpoint` names it, of which no value is to be shown. */
  readonly hidden: (endpoint: string) => ReadonlySet<string>;
  readonly replica: string;
  readonly clock: Clock;
  /** Explains a sample of the rows, where a profile has their attributions. @default {they are not counted} */
  readonly sampler?: AttributionSampler | undefined;
  /** Where streams of rows stood before. */
  readonly streams?: QualityStreams | undefined;
}

/** What one look has found. */
export interface IntakeReport {
  readonly blocks: number;
  readonly rows: number;
  /** Files that were moved aside: no blocks, or such as nobody can take in. */
  readonly bad: number;
  /** Why the log did not take what was tried, which is tried again later; null: it did. */
  readonly refused: string | null;
  /** Whether more waits than is taken in at once. */
  readonly more: boolean;
}

/** The log has not taken rows, for a reason that may lie in them. */
class Refused extends Error {}

export class BlockIntake {
  readonly #options: BlockIntakeOptions;
  readonly #quality: QualityCounter;

  constructor(options: BlockIntakeOptions) {
    this.#options = options;
    this.#quality = new QualityCounter(options.streams);
  }

  /** Where each stream of rows stands. */
  get streams(): QualityStreams {
    return this.#quality.states;
  }

  /** Takes in what waits. Throws what the store throws, and the log where it lacks room; nothing is lost by it. */
  async look(): Promise<IntakeReport> {
    const { spool, attempts } = this.#options;
    const names = await spool.names();
    const hopeless = await attempts.hopeless(names);
    for (const name of hopeless) await spool.setAside(name);
    await attempts.forget(hopeless);
    const batch = attempts.next(names, FILES_MAX);
    const none = { blocks: 0, rows: 0, bad: hopeless.length, refused: null, more: false };
    if (batch.length === 0) return none;
    await attempts.begin(batch);
    try {
      const { tried, ...taken } = await this.#take(batch);
      await attempts.succeeded(tried);
      const more = taken.more || attempts.next(names, 1, tried).length > 0;
      return { ...none, ...taken, bad: hopeless.length + taken.bad, more };
    } catch (error) {
      this.#quality.drop();
      if (!(error instanceof Refused)) {
        await attempts.interrupted();
        throw error;
      }
      await attempts.refused(batch);
      return { ...none, refused: error.message, more: attempts.next(names, 1).length > 0 };
    }
  }

  async #take(batch: readonly string[]): Promise<{
    readonly blocks: number;
    readonly rows: number;
    readonly bad: number;
    readonly more: boolean;
    readonly tried: readonly string[];
  }> {
    const { store } = this.#options;
    const { found, bad, tried } = await this.#read(batch);
    const fresh = new Set(await store.fresh(found.map(({ block }) => block)));
    const isFresh = ({ block }: SpooledBlock): boolean => fresh.has(block);
    const { taken, counted, unfit, cut } = await this.#count(found.filter(isFresh));
    const blocks = taken.map(({ block }) => block);
    if (blocks.length > 0 && !(await this.#keep(blocks, counted))) {
      // Another process has taken some of them: which ones is seen at the next look.
      this.#quality.drop();
      return { blocks: 0, rows: 0, bad: bad + unfit.size, more: true, tried };
    }
    this.#quality.keep();
    const later = new Set(
      found.filter(isFresh).filter((one) => !taken.includes(one) && !unfit.has(one.name)),
    );
    for (const one of found) if (!unfit.has(one.name) && !later.has(one)) await this.#putAway(one);
    const rows = blocks.reduce((sum, block) => sum + block.rows, 0);
    return { blocks: blocks.length, rows, bad: bad + unfit.size, more: cut, tried };
  }

  async #read(names: readonly string[]): Promise<{ found: SpooledBlock[]; bad: number; tried: string[] }> {
    const found: SpooledBlock[] = [];
    const tried: string[] = [];
    let [bad, bytes] = [0, 0];
    for (const name of names) {
      if (bytes > PASS_MAX_BYTES) break;
      const read = await this.#options.spool.read(name);
      tried.push(name);
      if (read === 'bad') bad++;
      else if (read !== null) {
        found.push(read);
        bytes += read.bytes;
      }
    }
    return { found, bad, tried };
  }

  /**
   * Counts each block. One that cannot be counted is moved aside: it would be in the way of all others for ever. What follows
   * the block that completes the first rows of a version is left: these rows are its profile, by which the others are counted.
   */
  async #count(fresh: readonly SpooledBlock[]): Promise<{
    readonly taken: readonly SpooledBlock[];
    readonly counted: readonly MonitorTick[];
    readonly unfit: ReadonlySet<string>;
    /** Whether what follows is left for the next look. */
    readonly cut: boolean;
  }> {
    const { profiles, spool } = this.#options;
    const taken: SpooledBlock[] = [];
    const counted: MonitorTick[] = [];
    const unfit = new Set<string>();
    const missing = new Map<string, number>();
    for (const one of fresh) {
      const { block } = one;
      const known = block.rows === 0 ? null : await profiles.of(block);
      if (known === 'later') continue;
      try {
        const tick = this.#tickOf(block, known);
        counted.push(known === null ? tick : await this.#withAttributions(block, known, tick));
        taken.push(one);
      } catch {
        unfit.add(one.name);
        await spool.setAside(one.name);
        continue;
      }
      if (known !== null || block.rows === 0) continue;
      const key = `${block.model}@${block.version}`;
      const left = (missing.get(key) ?? (await profiles.rowsMissing(block))) - block.rows;
      missing.set(key, left);
      if (left <= 0) return { taken, counted, unfit, cut: true };
    }
    return { taken, counted, unfit, cut: false };
  }

  async #keep(blocks: readonly CapturedBlock[], counted: readonly MonitorTick[]): Promise<boolean> {
    const { store, log, clock } = this.#options;
    const ticks = this.#ticksOf(blocks, counted);
    const segments = await log.write(blocks).catch((error: Error) => {
      throw isForWantOfRoom(error) ? error : new Refused(error.message, { cause: error });
    });
    if (await store.takeIn({ at: clock.now(), blocks, segments, ticks })) return true;
    await log.discard(segments);
    return false;
  }

  /** Counts by endpoint, version, profile and slot. */
  #ticksOf(blocks: readonly CapturedBlock[], counted: readonly MonitorTick[]): Omit<TickRow, 'id'>[] {
    const sums = new Map<
      string,
      { readonly about: Omit<TickRow, 'id' | 'counts' | 'rows'>; tick: MonitorTick }
    >();
    for (const [i, block] of blocks.entries()) {
      const tick = elementAt(counted, i);
      const at = Math.floor(block.from / SLOT_MS) * SLOT_MS;
      const endpoint = logEndpoint(block);
      const { model, version } = block;
      const key = JSON.stringify([endpoint, model, version, at, tick.profile]);
      const sum = sums.get(key);
      if (sum !== undefined) sum.tick = addTicks(sum.tick, tick);
      else {
        const about = { endpoint, model, version, replica: this.#options.replica, at, span: SLOT_MS };
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
    const known = block.rows === 0 ? null : await profiles.of(block);
    if (known === 'later') return;
    if (block.rows === 0 || known !== null) return spool.remove([name]);
    await spool.moveTo(name, profiles.folderOf(block));
    await profiles.learn(block);
  }

  /** What is only sampled is not in the rows themselves, of which nothing is known of it. */
  async #withAttributions(
    block: CapturedBlock,
    known: KnownProfile,
    tick: MonitorTick,
  ): Promise<MonitorTick> {
    const place = known.profile.outputs.findIndex(({ sampled }) => sampled === true);
    const feature = known.profile.outputs[place];
    if (feature === undefined) return tick;
    const { sampler, profiles } = this.#options;
    const counts =
      (await sampler?.counts(block, profiles.bundleOf(block), feature)) ??
      new Float64Array(feature.counts.length);
    const outputs = tick.counts.outputs.map((before, j) => (j === place ? counts : before));
    return { ...tick, counts: { ...tick.counts, outputs } };
  }

  #tickOf(block: CapturedBlock, known: KnownProfile | null): MonitorTick {
    const { requests, rowsSeen, dropped, rows, model, version } = block;
    const about = { requests, rowsSeen, dropped };
    if (known === null) return { ...about, profile: 0, counts: { ...NO_COUNTS, rows }, quality: null };
    const { profile, createdAt } = known;
    const { features, outputs } = blockColumns(profile, block);
    const bins = known.counter.bin(rows, features, outputs, block.meta.at);
    const endpoint = logEndpoint(block);
    const quality = this.#quality.count({
      stream: JSON.stringify([endpoint, model, version, createdAt]),
      ...{ profile, block, features, bins },
      hidden: this.#options.hidden(endpoint),
      now: this.#options.clock.now(),
    });
    return { ...about, profile: createdAt, counts: bins.counts(0, rows), quality };
  }
}

const NO_COUNTS: TickCounts = { rows: 0, features: [], outputs: [], joint: [] };

const isForWantOfRoom = (error: Error): boolean =>
  isPlimsollError(error) && (error.code === 'DISK_FULL' || error.code === 'FILE_UNWRITABLE');
