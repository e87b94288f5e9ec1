/**
 * The reference profile of each version: the one that is kept; else of the reference in its bundle; else of the first rows of
 * its traffic, which wait in `DATA/monitoring/warmup/<model>@<version>/` until there are enough of them. One that is kept is
 * made anew where the version was given another reference after it, or hours of the week are to be compared or no longer: that
 * is said in the log, and detectors begin anew.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CapturedBlock } from '../../capture/block.ts';
import { messageOf } from '../../core/error-text.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { Clock, Logger } from '../../core/ports.ts';
import type { MonitoringStore } from '../../store/monitoring/monitoring.ts';
import { BinCounter } from '../reference/bin-counter.ts';
import type { ReferenceProfile } from '../reference/reference-profile.ts';
import { spannedWeeks } from '../reference/season.ts';
import type { AttributionSampler } from './attribution-sampler.ts';
import { concatBlockColumns, learnProfile } from './block-columns.ts';
import { BlockSpoolReader } from './block-spool-reader.ts';
import { bundleReference } from './bundle-reference.ts';
import { findProvidedReference, isProfileStale, type ProvidedReference } from './provided-reference.ts';
import { seasonProblem } from './reference-times.ts';

export interface KnownProfile {
  readonly profile: ReferenceProfile;
  /** Names it, of those that the version ever had. */
  readonly createdAt: number;
  readonly counter: BinCounter;
}

/** How a profile is made. */
export interface LearningPolicy {
  /** Rows of traffic that become the reference. */
  readonly warmup: number;
  /** Columns of which no values are seen. */
  readonly hidden: ReadonlySet<string>;
  /** Whether to compare with the same hours of the week. */
  readonly season: 'none' | 'week';
}

export interface ProfileStoreOptions {
  readonly store: Pick<MonitoringStore, 'profile' | 'setProfile' | 'claim' | 'release'>;
  /** `DATA/monitoring/warmup` */
  readonly folder: string;
  /** Who claims to make profiles. */
  readonly holder: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Folder of the bundle of a version, or null. */
  readonly bundleOf: (model: string, version: number) => string | null;
  readonly policyOf: (model: string) => LearningPolicy;
  /** Explains rows of references. @default {attributions are not watched} */
  readonly sampler?: AttributionSampler | undefined;
}

type Version = Pick<CapturedBlock, 'model' | 'version'>;

/** How long, in milliseconds, whoever makes a profile has for it. */
const LEARNING_TIMEOUT_MS = 600_000;
/** What is kept may have been replaced by another server: it is looked at again after so long, in milliseconds. */
const FRESH_MS = 60_000;
/** How often, in milliseconds, it is looked whether a version was given another reference. */
const LOOK = 5000;

const keyOf = ({ model, version }: Version): string => `${model}@${version}`;
const demandOf = ({ path, changedAt, attributions }: ProvidedReference, season: string): string =>
  `${path} ${changedAt} ${season} ${attributions}`;

const SOURCES: Readonly<Record<string, string>> = {
  bundle: 'of the version',
  traffic: 'of its first traffic',
};

export class ProfileStore {
  readonly #options: ProfileStoreOptions;
  readonly #known = new Map<string, { readonly known: KnownProfile; readonly until: number }>();
  /** What was made of the bundle of a version last, or could not be. */
  readonly #tried = new Map<string, string>();
  /** References in bundles, as they were a moment ago. */
  readonly #given = new Map<string, { readonly given: ProvidedReference | null; readonly until: number }>();
  /** Rows that wait, by version. */
  readonly #waiting = new Map<string, number>();

  constructor(options: ProfileStoreOptions) {
    this.#options = options;
  }

  /**
   * The profile of a version of which a block came, made of its bundle if need be; null: its traffic is to become one;
   * `later`: another server is making it.
   */
  async of(block: CapturedBlock): Promise<KnownProfile | 'later' | null> {
    const known = await this.recent(block);
    const given = this.#wanted(block, known);
    return given === null ? known : this.#fromBundle(block, given, known);
  }

  /** The reference that a profile is to be made of, and is not. */
  #wanted(version: Version, known: KnownProfile | null): ProvidedReference | null {
    const given = this.#givenTo(version);
    if (given === null) return null;
    const { season } = this.#options.policyOf(version.model);
    const demand = demandOf(given, season);
    if (this.#tried.get(keyOf(version)) === demand) return null;
    if (known === null || isProfileStale(known, given, season)) return given;
    this.#tried.set(keyOf(version), demand);
    return null;
  }

  #givenTo(version: Version): ProvidedReference | null {
    const { bundleOf, clock } = this.#options;
    const key = keyOf(version);
    const cached = this.#given.get(key);
    if (cached !== undefined && cached.until > clock.monotonic()) return cached.given;
    const bundle = bundleOf(version.model, version.version);
    const found = bundle === null ? null : findProvidedReference(bundle);
    const given = found && {
      ...found,
      attributions: found.attributions && this.#options.sampler !== undefined,
    };
    this.#given.set(key, { given, until: clock.monotonic() + LOOK });
    return given;
  }

  /** Folder of the bundle of a version, or null. */
  bundleOf({ model, version }: Version): string | null {
    return this.#options.bundleOf(model, version);
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
    this.#known.set(key, { known, until: clock.monotonic() + FRESH_MS });
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
  async learn(block: CapturedBlock): Promise<void> {
    const key = keyOf(block);
    const { warmup } = this.#options.policyOf(block.model);
    const rows = (this.#waiting.get(key) ?? (await this.#count(block)) - block.rows) + block.rows;
    this.#waiting.set(key, rows);
    if (rows < warmup) return;
    try {
      await this.#make(block, null, () => this.#profileOfTraffic(block));
      if ((await this.#stored(block)) === null) return;
    } catch (error) {
      const { model, version } = block;
      this.#options.logger.error(
        { model, version, error: messageOf(error) },
        'the first traffic of this version cannot be its reference: later traffic is waited for',
      );
    }
    this.#waiting.delete(key);
    await rm(this.folderOf(block), { recursive: true, force: true });
  }

  async #profileOfTraffic(version: Version): Promise<ReferenceProfile> {
    const { hidden, season } = this.#options.policyOf(version.model);
    const blocks = await this.#blocks(version);
    const times = Float64Array.from(blocks.flatMap(({ meta }) => [...meta.at]));
    const weeks = spannedWeeks(times);
    const isSeen = ({ name }: { readonly name: string }): boolean => !hidden.has(name);
    const features = concatBlockColumns(blocks, 'inputs').filter(isSeen);
    const outputs = concatBlockColumns(blocks, 'outputs').filter(isSeen);
    const isSeasonal = season === 'week' && seasonProblem(weeks) === null;
    const profile = learnProfile(features, { source: 'traffic', outputs, times: isSeasonal ? times : null });
    this.#tellSeason(version, { ...profile, weeks });
    return { ...profile, weeks };
  }

  async #fromBundle(
    block: CapturedBlock,
    given: ProvidedReference,
    before: KnownProfile | null,
  ): Promise<KnownProfile | 'later' | null> {
    const { logger, policyOf } = this.#options;
    const { model, version } = block;
    const { hidden, season } = policyOf(model);
    try {
      const made = await this.#make(block, before, () =>
        bundleReference(given.bundle, block, { hidden, season, sampler: this.#options.sampler }),
      );
      if (made === 'later') return before ?? made;
      this.#tried.set(keyOf(block), demandOf(given, season));
      const known = await this.#stored(block);
      if (made === 'made' && known !== null) this.#tell(block, before, known);
      return known;
    } catch (error) {
      const message = messageOf(error);
      const instead = before === null ? 'its first traffic becomes the reference' : 'the one before is kept';
      logger.warn(
        { model, version, error: message },
        `the reference of this version cannot be used: ${instead}`,
      );
      this.#tried.set(keyOf(block), demandOf(given, season));
      return before;
    }
  }

  /** A reference is never replaced without a word: what is told of drift from then on is told against another one. */
  #tell(
    { model, version }: Version,
    before: KnownProfile | null,
    { profile, createdAt }: KnownProfile,
  ): void {
    this.#tellSeason({ model, version }, profile);
    if (before === null || before.createdAt === createdAt) return;
    const { rows, source, digest } = profile;
    const replaced = {
      source: before.profile.source,
      rows: before.profile.rows,
      digest: before.profile.digest,
    };
    this.#options.logger.warn(
      { model, version, source, rows, digest, replaced },
      'the reference profile of this version was made anew: drift is watched against it from now on',
    );
  }

  /** That hours of the week were asked for and cannot be compared. */
  #tellSeason({ model, version }: Version, { source, weeks = null, season }: ReferenceProfile): void {
    const { logger, policyOf } = this.#options;
    if (policyOf(model).season === 'none' || season === 'week') return;
    const problem = seasonProblem(weeks) ?? 'it was made without them';
    const error = new PlimsollError('REFERENCE_INVALID', { source: SOURCES[source] ?? source, problem });
    logger.warn(
      { model, version, code: error.code, error: error.message },
      'this version is watched without hours of the week',
    );
  }

  /**
   * `nothing`: there is nothing to make it of. Of several servers one makes it; the others find it later. It replaces `before`,
   * and no other.
   */
  async #make(
    version: Version,
    before: KnownProfile | null,
    build: () => Promise<ReferenceProfile | null>,
  ): Promise<'made' | 'later' | 'nothing'> {
    const { store, clock, holder } = this.#options;
    const now = clock.now();
    const fence = await store.claim(`profile ${keyOf(version)}`, holder, now, LEARNING_TIMEOUT_MS);
    const kept = await store.profile(version.model, version.version);
    if (kept !== null && kept.createdAt !== before?.createdAt) return 'made';
    if (fence === null) return 'later';
    try {
      const profile = await build();
      if (profile === null) return 'nothing';
      const { model, version: number } = version;
      const createdAt = Math.max(now, (kept?.createdAt ?? 0) + 1);
      await store.setProfile({ model, version: number, profile, createdAt });
      return 'made';
    } finally {
      await store.release(fence);
    }
  }

  async #count(version: Version): Promise<number> {
    const blocks = await this.#blocks(version);
    return blocks.reduce((sum, { rows }) => sum + rows, 0);
  }

  async #blocks(version: Version): Promise<readonly CapturedBlock[]> {
    const folder = this.folderOf(version);
    const waiting = new BlockSpoolReader(folder);
    const blocks: CapturedBlock[] = [];
    for (const name of await waiting.names()) {
      const read = await waiting.read(name);
      if (read !== null && read !== 'bad') blocks.push(read.block);
    }
    return blocks;
  }
}
