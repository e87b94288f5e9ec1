import type { Actor } from '../../core/actor.ts';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import type { Clock, Logger } from '../../core/ports.ts';
import { SerialQueue } from '../../core/serial-queue.ts';
import { choicesOf } from '../../model/reading-choices.ts';
import type { Signature } from '../../model/signature.ts';
import { availableMemory } from '../../process/available-memory.ts';
import type { Check, Store, VersionRow } from '../../store/store.ts';
import { type AdmitOptions, admitFile, knownManifest } from '../admit.ts';
import { bundleDir, findOriginal, readManifest } from '../bundle.ts';
import { filesToKeep, type IdentifiedModel, identify } from '../identify.ts';
import type { NewVersion } from '../new-version.ts';
import type { AcceptedVersion } from '../version.ts';
import { type TrialOutcome, tryVersion } from './catalog-checks.ts';
import { claimVersion, isSettled, type VersionClaim, wasWarmedUp } from './catalog-claim.ts';
import * as curation from './catalog-curation.ts';
import { collectBundles, type GarbageSize, type InUse, sizeOfGarbage } from './catalog-garbage.ts';
import { recoverCatalog, renewBundles } from './catalog-recovery.ts';
import { type ProofReport, RunningProofs } from './running-proofs.ts';

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
  /** Signature of what the endpoint serves, or null where it serves nothing; asked for when it is compared. */
  current(): Promise<Signature | null>;
  readonly onProgress?: ((stage: string) => void) | undefined;
  /** Told why a version is refused, with the error's own code. */
  readonly onRefusal?: ((refusal: PlimsollError) => void) | undefined;
}

type AdmissionEvents = Pick<AdmitOptions, 'onIdentified' | 'onFinding' | 'onProgress'>;

/** Most proofs and removals that are under way or wait. */
const PENDING_MAX = 64;

/** Versions of models: numbered in the store, proved here, kept as bundles in the data folder. */
export class ModelCatalog {
  readonly #options: CatalogOptions;
  /** One proof at a time, so that memory is measured and engines are timed on a quiet machine; no bundle goes meanwhile. */
  readonly #turns = new SerialQueue();
  /** How the proofs stand that go on here. */
  readonly proofs = new RunningProofs();

  constructor(options: CatalogOptions) {
    this.#options = options;
  }

  /**
   * Makes a file a version of `model`. The same bytes again are the version that they are, ready as it is; where it was
   * refused or archived, it is proved again. A file that fails a check is a version too, `refused`, with the check that
   * says why; so is one of a process that ended meanwhile. Golden rows that a ready version fails are an error and change
   * nothing. Errors: VERSION_INVALID, FILE_NOT_FOUND, FILE_UNREADABLE, FILE_CHANGED, DATA_UNWRITABLE, GOLDEN_INVALID,
   * GOLDEN_DIFFERS, RUNTIME_FIXED, OVERLOADED; PYTHON_UNTRUSTED, SAVED_INVALID, CODE_INVALID, and what has to do with making
   * an environment rather than with the file.
   */
  async add(model: string, source: NewVersion, actor: Actor, options: AddOptions): Promise<VersionRow> {
    curation.checkNew(model, source);
    return this.#turn(async () => {
      const proof = this.proofs.begin(model);
      try {
        return await this.#add(model, source, actor, { ...options, proof });
      } finally {
        proof.ended();
      }
    });
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
    const { path, maxModel, choices } = original;
    return admitFile(path, { dataDir, name: model, version, maxModel: maxModel ?? undefined, ...choices });
  }

  /** Replaces labels, note or both. Throws VERSION_UNKNOWN or VERSION_INVALID. */
  change(model: string, version: number, change: curation.VersionRemarks, actor: Actor): Promise<VersionRow> {
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
    return this.#turn(() =>
      curation.unarchive(this.#options, { model, version }, actor, (row) => this.accepted(row)),
    );
  }

  /** What `collectGarbage` would remove now. */
  garbage(inUse: InUse): Promise<GarbageSize> {
    return sizeOfGarbage(this.#options, inUse);
  }

  /** Removes bundles that no version needs and that are older than an hour; answers how many, and their bytes. */
  collectGarbage(actor: Actor, inUse: InUse): Promise<GarbageSize> {
    return this.#turn(() => collectBundles(this.#options, actor, inUse));
  }

  /**
   * To be called once, before anything else: ends what a process that was killed had begun, and proves again what an older
   * release accepted. Answers how many versions were left unfinished.
   */
  async recover(): Promise<number> {
    const unfinished = await recoverCatalog(this.#options);
    await renewBundles(this.#options, (row) => this.accepted(row));
    return unfinished;
  }

  /** Throws OVERLOADED. */
  async #turn<T>(work: () => Promise<T>): Promise<T> {
    const { pending: found } = this.#turns;
    if (found < PENDING_MAX) return this.#turns.take(work);
    const what = 'files that wait to be proved';
    throw new PlimsollError('OVERLOADED', { found, what, limit: PENDING_MAX, retry: 10 });
  }

  async #add(
    model: string,
    source: NewVersion,
    actor: Actor,
    { current, onProgress, onRefusal, proof }: AddOptions & { readonly proof: ProofReport },
  ): Promise<VersionRow> {
    const { dataDir, copies = 1, available = availableMemory } = this.#options;
    const { path, golden, reference, background, reasons, runtime, maxModel, breaking = false } = source;
    const choices = choicesOf(source);
    const python = source.python && { ...source.python, by: actor.by };
    const identified = await identify(path, { runtime: runtime ?? null, python: python ?? null }, choices);
    const [original] = identified.digests;
    const known = await this.#known(model, identified, source);
    if (known) return known;
    let claim: VersionClaim | null = null;
    const take = async (digest: string): Promise<VersionClaim> => {
      claim = await claimVersion(this.#options, { model, digest }, source, actor);
      proof.claimed(claim.row.version);
      return claim;
    };
    const told: AdmissionEvents = {
      onIdentified: async (digest) => void (await take(digest)),
      onFinding: (finding) => finding.kind === 'read' && proof.facts(finding.facts),
      onProgress(stage) {
        proof.stage(stage);
        onProgress?.(stage);
      },
    };
    const files = { golden, reference, background, reasons, python, ...choices };
    const afresh = await this.#wasRefused(model, identified.digests);
    const admission = { dataDir, name: model, ...files, runtime, maxModel, afresh, ...told };
    const stays = (): boolean => claim?.settled === true && wasWarmedUp(claim.row);
    try {
      const trial = { path, admission, stays, current, breaking, copies, available };
      const outcome = await tryVersion({ ...trial, onChecks: proof.checks });
      if (outcome.refusal) onRefusal?.(outcome.refusal);
      return await this.#settle(claim ?? (await take(original)), outcome, actor);
    } catch (error) {
      await this.#abandon(claim, error, actor);
      throw error;
    }
  }

  /** Whether it was refused as a version of the model: by a program, perhaps, that knew less than this one. */
  async #wasRefused(model: string, digests: readonly string[]): Promise<boolean> {
    const { versions } = this.#options.store.tables;
    const rows = await Promise.all(digests.map((digest) => versions.byDigest(model, digest)));
    return rows.some((row) => row?.state === 'refused');
  }

  /** The version that a file is already, where nothing is left to do for it. */
  async #known(
    model: string,
    { digests, source: brought }: IdentifiedModel,
    source: NewVersion,
  ): Promise<VersionRow | null> {
    for (const digest of digests) {
      const row = await this.#options.store.tables.versions.byDigest(model, digest);
      if (!row || !isSettled(row, source)) continue;
      if (row.state === 'archived') return row;
      if (!wasWarmedUp(row)) continue;
      const bundle = bundleDir(this.#options.dataDir, digest);
      const { runtime = null, background, reasons } = source;
      const demands = { runtime, background, reasons, ...filesToKeep(source, brought, bundle) };
      if (await knownManifest(bundle, demands)) return row;
    }
    return null;
  }

  async #settle(
    { row, settled }: VersionClaim,
    { checks, refusal }: TrialOutcome,
    actor: Actor,
  ): Promise<VersionRow> {
    if (!settled)
      return curation.settleVersion(
        this.#options,
        row,
        { state: refusal ? 'refused' : 'ready', checks },
        actor,
      );
    if (refusal) throw refusal;
    const isThere = (check: Check): boolean => row.checks.some(({ name }) => name === check.name);
    const more = checks.filter((check) => check.name === 'golden' || !isThere(check));
    if (more.length === 0) return row;
    const others = row.checks.filter(({ name }) => !more.some((check) => check.name === name));
    return curation.settleVersion(
      this.#options,
      row,
      { state: row.state, checks: [...others, ...more] },
      actor,
    );
  }

  /** A version whose proof could not be brought to its end is refused, with the reason. */
  async #abandon(claim: VersionClaim | null, error: unknown, actor: Actor): Promise<void> {
    if (!claim || claim.settled) return;
    const detail = isPlimsollError(error)
      ? `${error.message} (${error.code})`
      : 'the program failed: see its log';
    const checks: Check[] = [{ name: 'format', ok: false, detail }];
    await curation.settleVersion(this.#options, claim.row, { state: 'refused', checks }, actor);
  }
}
