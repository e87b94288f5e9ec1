/**
 * The reference profile of each version: the one that is kept; else of the reference in its bundle; else of the first rows of
 * its traffic, which wait in `DATA/monitoring/warmup/<model>@<version>/` until there are enough of them.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Block } from '../../capture/block.ts';
import type { Clock, Logger } from '../../core/ports.ts';
import type { MonitoringStore } from '../../store/monitoring/monitoring.ts';
import { BinCounter } from '../reference/count.ts';
import type { ReferenceProfile } from '../reference/profile.ts';
import { bundleReference } from './bundle-reference.ts';
import { joinedColumns, profileOf } from './columns.ts';
import { Spool } from './spool.ts';

export interface KnownProfile {
  readonly profile: ReferenceProfile;
  /** Names it, of those that the version ever had. */
  readonly createdAt: number;
  readonly counter: BinCounter;
}

export interface ProfilesOptions {
  readonly store: Pick<MonitoringStore, 'profile' | 'setProfile' | 'claim' | 'release'>;
  /** `DATA/monitoring/warmup` */
  readonly folder: string;
  /** Who claims to make profiles. */
  readonly holder: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Folder of the bundle of a version, or null. */
  readonly bundleOf: (model: string, version: number) => string | null;
  /** Rows that become the reference, and columns of which no values are seen. */
  readonly policyOf: (model: string) => { readonly warmup: number; readonly hidden: ReadonlySet<string> };
}

type Version = Pick<Block, 'model' | 'version'>;

/** How long, in milliseconds, whoever makes a profile has for it. */
const MAKING = 600_000;
/** What is kept may have been replaced by another server: it is looked at again after so long, in milliseconds. */
const FRESH = 60_000;

const keyOf = ({ model, version }: Version): string => `${model}@${version}`;

export class Profiles {
  readonly #options: ProfilesOptions;
  readonly #known = new Map<string, { readonly known: KnownProfile; readonly until: number }>();
  /** Versions whose bundle has no reference, or one that cannot be used. */
  readonly #without = new Set<string>();
  /** Rows that wait, by version. */
  readonly #waiting = new Map<string, number>();

  constructor(options: ProfilesOptions) {
    this.#options = options;
  }

  /**
   * The profile of a version of which a block came, made of its bundle if need be; null: its traffic is to become one;
   * `later`: another server is making it.
   */
  async of(block: Block): Promise<KnownProfile | 'later' | null> {
    return (await this.recent(block)) ?? (await this.#fromBundle(block));
  }

  /** The profile that is kept, as it was a moment ago; or null. */
  async recent(version: Version): Promise<KnownProfile | null> {
    const cached = this.#known.get(keyOf(version));
    if (cached !== undefined && cached.until > this.#options.clock.monotonic()) return cached.known;
    return this.#stored(version);
  }

  async #stored({ model, version }: Version): Promise<KnownProfile | null> {
    const { store, clock } = this.#options;
    const row = await store.profile(model, version);
    if (row === null) return null;
    const key = keyOf({ model, version });
    const before = this.#known.get(key)?.known;
    const profile = row.profile as ReferenceProfile;
    const known =
      before?.createdAt === row.createdAt
        ? before
        : { profile, createdAt: row.createdAt, counter: new BinCounter(profile) };
    this.#known.set(key, { known, until: clock.monotonic() + FRESH });
    return known;
  }

  /** The profile of a version of which a block was counted just now. */
  counted({ model, version }: Version): KnownProfile | null {
    return this.#known.get(keyOf({ model, version }))?.known ?? null;
  }

  /** Rows of traffic without which a version has no profile; none where there are enough. */
  async rowsMissing(version: Version): Promise<number> {
    const key = keyOf(version);
    const rows = this.#waiting.get(key) ?? (await this.#count(version));
    this.#waiting.set(key, rows);
    return this.#options.policyOf(version.model).warmup - rows;
  }

  /** Folder in which the rows of a version wait. */
  folderOf(version: Version): string {
    return join(this.#options.folder, encodeURIComponent(keyOf(version)));
  }

  /** Notes rows that wait, and makes a profile of them where there are enough. */
  async learn(block: Block): Promise<void> {
    const key = keyOf(block);
    const { warmup, hidden } = this.#options.policyOf(block.model);
    const rows = (this.#waiting.get(key) ?? (await this.#count(block)) - block.rows) + block.rows;
    this.#waiting.set(key, rows);
    if (rows < warmup) return;
    try {
      await this.#make(block, () => this.#profileOfTraffic(block, hidden));
      if ((await this.#stored(block)) === null) return;
    } catch (error) {
      const { model, version } = block;
      this.#options.logger.error(
        { model, version, error: (error as Error).message },
        'the first traffic of this version cannot be its reference: later traffic is waited for',
      );
    }
    this.#waiting.delete(key);
    await rm(this.folderOf(block), { recursive: true, force: true });
  }

  async #profileOfTraffic(version: Version, hidden: ReadonlySet<string>): Promise<ReferenceProfile> {
    const blocks = await this.#blocks(version);
    const isSeen = ({ name }: { readonly name: string }): boolean => !hidden.has(name);
    const features = joinedColumns(blocks, 'inputs').filter(isSeen);
    const outputs = joinedColumns(blocks, 'outputs').filter(isSeen);
    return profileOf(features, { source: 'traffic', outputs });
  }

  async #fromBundle(block: Block): Promise<KnownProfile | 'later' | null> {
    const key = keyOf(block);
    const bundle = this.#options.bundleOf(block.model, block.version);
    if (bundle === null || this.#without.has(key)) return null;
    try {
      const { hidden } = this.#options.policyOf(block.model);
      const made = await this.#make(block, () => bundleReference(bundle, block, hidden));
      if (made === 'later') return made;
      if (made === 'nothing') this.#without.add(key);
    } catch (error) {
      const { message } = error as Error;
      this.#options.logger.warn(
        { model: block.model, version: block.version, error: message },
        'the reference of this version cannot be used: its first traffic becomes the reference',
      );
      this.#without.add(key);
    }
    return this.#stored(block);
  }

  /** `nothing`: there is nothing to make it of. Of several servers one makes it; the others find it later. */
  async #make(
    version: Version,
    build: () => Promise<ReferenceProfile | null>,
  ): Promise<'made' | 'later' | 'nothing'> {
    const { store, clock, holder } = this.#options;
    const now = clock.now();
    const fence = await store.claim(`profile ${keyOf(version)}`, holder, now, MAKING);
    if ((await store.profile(version.model, version.version)) !== null) return 'made';
    if (fence === null) return 'later';
    try {
      const profile = await build();
      if (profile === null) return 'nothing';
      const { model, version: number } = version;
      await store.setProfile({ model, version: number, profile, createdAt: now });
      return 'made';
    } finally {
      await store.release(fence);
    }
  }

  async #count(version: Version): Promise<number> {
    const blocks = await this.#blocks(version);
    return blocks.reduce((sum, { rows }) => sum + rows, 0);
  }

  async #blocks(version: Version): Promise<readonly Block[]> {
    const folder = this.folderOf(version);
    const waiting = new Spool(folder);
    const blocks: Block[] = [];
    for (const name of await waiting.names()) {
      const read = await waiting.read(name);
      if (read !== null && read !== 'bad') blocks.push(read.block);
    }
    return blocks;
  }
}
