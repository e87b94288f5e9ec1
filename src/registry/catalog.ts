import { utimesSync } from 'node:fs';
import { basename } from 'node:path';
import type { Actor } from '../core/actor.ts';
import { isPlimsollError, PlimsollError } from '../core/errors.ts';
import type { Clock, Logger } from '../core/ports.ts';
import type { Signature } from '../model/signature.ts';
import type { Check, Store, VersionRow } from '../store/store.ts';
import { admitFile, knownManifest } from './admit.ts';
import { bundleDir, findOriginal, readManifest } from './bundle.ts';
import { type TrialOutcome, tryVersion } from './catalog-checks.ts';
import * as curation from './catalog-curation.ts';
import { collectGarbage, type InUse } from './catalog-garbage.ts';
import { recoverCatalog } from './catalog-recovery.ts';
import { Turns } from './catalog-turns.ts';
import { digestOf } from './digest.ts';
import { availableMemory } from './memory.ts';
import type { NewVersion } from './new-version.ts';
import type { AcceptedVersion } from './version.ts';

export interface CatalogOptions {
  readonly store: Store;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Processes that will each hold a version. @default {1} */
  readonly copies?: number | undefined;
  /** Bytes of memory that are free. @default {availableMemory} */
  readonly available?: (() => number) | undefined;
}

export interface AddOptions {
  /** Signature of what the endpoint serves now, or null where it serves nothing. */
  readonly current: Signature | null;
  readonly onProgress?: ((stage: string) => void) | undefined;
  /** Told why a version is refused, with the error's own code. */
  readonly onRefusal?: ((refusal: PlimsollError) => void) | undefined;
}

/** Versions of models: numbered in the store, proved here, kept as bundles in the data folder. */
export class Catalog {
  readonly #options: CatalogOptions;
  /** One proof at a time, so that memory is measured and engines are timed on a quiet machine; no bundle goes meanwhile. */
  readonly #turns = new Turns();

  constructor(options: CatalogOptions) {
    this.#options = options;
  }

  /**
   * Makes a file a version of `model`. The same bytes again are the version that they are, ready as it is; where it was
   * refused or archived, it is proved again. A file that fails a check is a version too, `refused`, with the check that
   * says why; so is one of a process that ended meanwhile. Golden rows that a ready version fails are an error and change
   * nothing. Errors: VERSION_INVALID, FILE_NOT_FOUND, FILE_UNREADABLE, FILE_CHANGED, DATA_UNWRITABLE, GOLDEN_INVALID,
   * GOLDEN_DIFFERS, RUNTIME_FIXED, OVERLOADED.
   */
  async add(model: string, source: NewVersion, actor: Actor, options: AddOptions): Promise<VersionRow> {
    curation.checkNew(model, source);
    return this.#turns.take(() => this.#add(model, source, actor, options));
  }

  /** What a version is served from; proved again where this program has changed since. Throws BUNDLE_GONE. */
  async accepted(row: VersionRow): Promise<AcceptedVersion> {
    const { dataDir } = this.#options;
    const { model, version, digest } = row;
    const bundle = bundleDir(dataDir, digest);
    const manifest = readManifest(bundle);
    if (manifest) return { model, version, bundle, manifest };
    const original = findOriginal(bundle, row.file);
    if (!original) throw new PlimsollError('BUNDLE_GONE', { model, version, digest });
    const { path, maxModel } = original;
    return admitFile(path, { dataDir, name: model, version, maxModel: maxModel ?? undefined });
  }

  /** Replaces labels, note or both. Throws VERSION_UNKNOWN or VERSION_INVALID. */
  change(model: string, version: number, change: curation.Remarks, actor: Actor): Promise<VersionRow> {
    return curation.remark(this.#options, { model, version }, change, actor);
  }

  /** Points an alias at a ready version, or removes it. Throws VERSION_UNKNOWN, VERSION_STATE or VERSION_INVALID. */
  setAlias(model: string, alias: string, version: number | null, actor: Actor): Promise<void> {
    return curation.setAlias(this.#options, { model, alias, version }, actor);
  }

  /** Takes a ready version out of use; its bundle goes with the next collection. Throws VERSION_IN_USE, VERSION_STATE. */
  archive(model: string, version: number, actor: Actor, inUse: InUse): Promise<VersionRow> {
    return curation.archive(this.#options, { model, version }, actor, inUse);
  }

  /** Makes an archived version ready again. Throws BUNDLE_GONE where its bundle was collected, VERSION_STATE. */
  async unarchive(model: string, version: number, actor: Actor): Promise<VersionRow> {
    return this.#turns.take(() =>
      curation.unarchive(this.#options, { model, version }, actor, (row) => this.accepted(row)),
    );
  }

  /** Removes bundles that no version needs and that are older than an hour; answers how many, and their bytes. */
  collectGarbage(actor: Actor, inUse: InUse): Promise<{ readonly bundles: number; readonly bytes: number }> {
    return this.#turns.take(() => collectGarbage(this.#options, actor, inUse));
  }

  /** To be called once, before anything else: ends what a process that was killed had begun. Answers how many versions. */
  recover(): Promise<number> {
    return recoverCatalog(this.#options);
  }

  async #add(
    model: string,
    source: NewVersion,
    actor: Actor,
    { current, onProgress, onRefusal }: AddOptions,
  ): Promise<VersionRow> {
    const { dataDir } = this.#options;
    const { path, golden, runtime, maxModel } = source;
    const original = await digestOf(path);
    const known = await this.#known(model, original, source);
    if (known) return known;
    let claim: Claim | null = null;
    const onIdentified = async (digest: string): Promise<void> => {
      claim = await this.#claim(model, digest, source, actor);
    };
    const admission = { dataDir, name: model, golden, runtime, maxModel, onProgress, onIdentified };
    const { copies = 1, available = availableMemory } = this.#options;
    const isReady = (): boolean => claim?.wasReady ?? false;
    const breaking = source.breaking ?? false;
    try {
      const outcome = await tryVersion({ path, admission, isReady, current, breaking, copies, available });
      if (outcome.refusal) onRefusal?.(outcome.refusal);
      return this.#settle(claim ?? (await this.#claim(model, original, source, actor)), outcome, actor);
    } catch (error) {
      await this.#abandon(claim, error, actor);
      throw error;
    }
  }

  /** The version that a file is already, where nothing is left to do for it. */
  async #known(model: string, digest: string, { golden, runtime }: NewVersion): Promise<VersionRow | null> {
    const row = await this.#options.store.tables.versions.byDigest(model, digest);
    if (row?.state !== 'ready') return null;
    const manifest = await knownManifest(bundleDir(this.#options.dataDir, digest), { golden, runtime });
    // Of a graph with weights beside it, the graph alone says nothing.
    return manifest?.sideFiles.length === 0 ? row : null;
  }

  /** Takes the number under which a file is proved: its own where it was a version before, else a new one. */
  async #claim(model: string, digest: string, source: NewVersion, actor: Actor): Promise<Claim> {
    const { store, dataDir, clock } = this.#options;
    const bundle = bundleDir(dataDir, digest);
    const found = readManifest(bundle)?.runtime;
    if (source.runtime && found && found !== source.runtime && (await this.#isNamed(digest)))
      throw new PlimsollError('RUNTIME_FIXED', { model, wanted: source.runtime, found });
    // A collection in another process sees that somebody has just asked for it.
    if (found) utimesSync(bundle, clock.now() / 1000, clock.now() / 1000);
    return store.transaction(async ({ versions, audit }) => {
      const at = clock.now();
      const known = await versions.byDigest(model, digest);
      if (known?.state === 'ready') return { row: known, wasReady: true };
      const fresh = { state: 'validating', checks: [], ...curation.givenOf(source) } as const;
      const file = basename(source.path);
      if (known) await versions.update(model, known.version, fresh);
      const row = known
        ? await curation.existing(versions, known)
        : await versions.insert({
            labels: {},
            note: '',
            ...fresh,
            model,
            digest,
            file,
            createdAt: at,
            createdBy: actor.by,
          });
      const body = { digest, file, reason: actor.reason ?? null };
      await audit.append({
        at,
        by: actor.by,
        what: 'version.validating',
        subject: curation.named(row),
        body,
      });
      return { row, wasReady: false };
    });
  }

  async #isNamed(digest: string): Promise<boolean> {
    return (await this.#options.store.tables.versions.digests()).includes(digest);
  }

  async #settle(
    { row, wasReady }: Claim,
    { checks, refusal }: TrialOutcome,
    actor: Actor,
  ): Promise<VersionRow> {
    if (!wasReady)
      return curation.settle(this.#options, row, { state: refusal ? 'refused' : 'ready', checks }, actor);
    if (refusal) throw refusal;
    const golden = checks.filter(({ name }) => name === 'golden');
    if (golden.length === 0) return row;
    const others = row.checks.filter(({ name }) => name !== 'golden');
    return curation.settle(this.#options, row, { state: 'ready', checks: [...others, ...golden] }, actor);
  }

  /** A version whose proof could not be brought to its end is refused, with the reason. */
  async #abandon(claim: Claim | null, error: unknown, actor: Actor): Promise<void> {
    if (!claim || claim.wasReady) return;
    const detail = isPlimsollError(error)
      ? `${error.message} (${error.code})`
      : 'the program failed: see its log';
    const checks: Check[] = [{ name: 'format', ok: false, detail }];
    await curation.settle(this.#options, claim.row, { state: 'refused', checks }, actor);
  }
}

interface Claim {
  readonly row: VersionRow;
  /** It is a ready version of this model already. */
  readonly wasReady: boolean;
}
