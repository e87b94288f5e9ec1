import type { Actor } from '../../core/actor.ts';
import type { Clock } from '../../core/ports.ts';
import type { Signature } from '../../model/signature.ts';
import { bundleDir, readManifest } from '../../registry/bundle.ts';
import type { AddOptions, ModelCatalog } from '../../registry/catalog/catalog.ts';
import type { NewVersion } from '../../registry/new-version.ts';
import { singleVersionRoute } from '../../rollout/route.ts';
import type { Page, PageRequest, Store, VersionRow } from '../../store/store.ts';
import type { SnapshotPublisher } from '../fleet/snapshot-publisher.ts';
import type { ControlApi, ModelView, ProofView, VersionView } from '../port.ts';
import { findLatest, findVersion } from './find.ts';
import { versionUsage } from './version-usage.ts';
import { damagedVersionView, type ProvedView, provedView, versionView } from './views.ts';

export interface LocalVersionsOptions {
  readonly store: Store;
  readonly catalog: ModelCatalog;
  readonly publisher: Pick<SnapshotPublisher, 'publish'>;
  readonly clock: Clock;
  readonly dataDir: string;
  /** Told how the proof of a file goes. */
  readonly proof?: Pick<AddOptions, 'onProgress' | 'onRefusal'> | undefined;
}

type Aliases = Readonly<Record<string, number>>;

/** Proofs that are remembered. */
const PROOFS_MAX = 10_000;

/** Models and their versions. */
export class LocalVersions
  implements
    Pick<
      ControlApi,
      | 'models'
      | 'model'
      | 'versions'
      | 'version'
      | 'proof'
      | 'addVersion'
      | 'changeVersion'
      | 'setAlias'
      | 'garbage'
      | 'collectGarbage'
    >
{
  readonly #options: LocalVersionsOptions;
  /** By digest: what a manifest says does not change, and a list would read a file for each row. */
  readonly #proofs = new Map<string, ProvedView>();

  constructor(options: LocalVersionsOptions) {
    this.#options = options;
  }

  async models(page: PageRequest): Promise<Page<ModelView>> {
    const names = await this.#options.store.tables.versions.models(page);
    return { ...names, items: await Promise.all(names.items.map((name) => this.model(name))) };
  }

  async model(name: string): Promise<ModelView> {
    const { tables } = this.#options.store;
    const latest = await findLatest(tables, name);
    const aliases = await tables.versions.aliases(name);
    const view = 'error' in latest ? damagedVersionView(latest, aliases) : this.#view(latest, aliases);
    return { name, latest: view, aliases };
  }

  async versions(model: string, page: PageRequest): Promise<Page<VersionView>> {
    const { tables } = this.#options.store;
    await findLatest(tables, model);
    const aliases = await tables.versions.aliases(model);
    const rows = await tables.versions.list(model, page);
    const views = [
      ...rows.items.map((row) => this.#view(row, aliases)),
      ...rows.damaged.map((row) => damagedVersionView(row, aliases)),
    ];
    // Newest first, as rows are.
    return { items: views.toSorted((a, b) => b.version - a.version), next: rows.next };
  }

  async version(model: string, version: number): Promise<VersionView> {
    const { tables } = this.#options.store;
    const row = await findVersion(tables, model, version);
    return this.#view(row, await tables.versions.aliases(model));
  }

  async proof(model: string, version: number): Promise<ProofView> {
    const standing = this.#options.catalog.proofs.of(model, version);
    const { stage = null, facts = null } = standing ?? {};
    return { version: await this.version(model, version), stage, facts };
  }

  async addVersion(model: string, source: NewVersion, actor: Actor): Promise<VersionView> {
    const { catalog, proof } = this.#options;
    const current = (): Promise<Signature | null> => this.#servedSignature(model);
    const row = await catalog.add(model, source, actor, { current, ...proof });
    if (row.state === 'ready') await this.#goLive(row, actor);
    return this.version(model, row.version);
  }

  async changeVersion(
    model: string,
    version: number,
    { labels, note, archived }: Parameters<ControlApi['changeVersion']>[2],
    actor: Actor,
  ): Promise<VersionView> {
    const { catalog } = this.#options;
    if (labels !== undefined || note !== undefined)
      await catalog.change(model, version, { labels, note }, actor);
    if (archived === true) await catalog.archive(model, version, actor, this.#inUse);
    if (archived === false) await catalog.unarchive(model, version, actor);
    return this.version(model, version);
  }

  setAlias(model: string, alias: string, version: number | null, actor: Actor): Promise<void> {
    return this.#options.catalog.setAlias(model, alias, version, actor);
  }

  garbage(): ReturnType<ControlApi['garbage']> {
    return this.#options.catalog.garbage(this.#inUse);
  }

  async collectGarbage(actor: Actor): ReturnType<ControlApi['collectGarbage']> {
    const collected = await this.#options.catalog.collectGarbage(actor, this.#inUse);
    this.#proofs.clear();
    return collected;
  }

  /** The first version of a model that has no endpoint answers under the model's name. */
  async #goLive({ model, version }: VersionRow, actor: Actor): Promise<void> {
    const { store, clock, publisher } = this.#options;
    const isNew = await store.transaction(async ({ endpoints, audit }) => {
      const at = clock.now();
      const generation = 1;
      const route = singleVersionRoute(model, model, version, generation);
      const row = { name: model, model, generation, route, stable: version, previous: null, rollout: null };
      const reason = 'the first version';
      if (!(await endpoints.insert({ ...row, createdAt: at }, { at, by: actor.by, reason }))) return false;
      const entry = { at, by: actor.by, what: 'endpoint.created', subject: `endpoint/${model}` };
      await audit.append({ ...entry, body: { version, generation } });
      return true;
    });
    if (isNew) await publisher.publish();
  }

  /** Signature that clients of the model's endpoint know, or null. */
  async #servedSignature(model: string): Promise<Signature | null> {
    const { store, catalog } = this.#options;
    const endpoint = await store.tables.endpoints.get(model);
    if (endpoint === null || endpoint.model !== model) return null;
    const row = await findVersion(store.tables, model, endpoint.stable);
    return (await catalog.accepted(row)).manifest.signature;
  }

  readonly #inUse = (model: string, version: number): Promise<string | null> =>
    versionUsage(this.#options.store.tables, model, version);

  #view(row: VersionRow, aliases: Aliases): VersionView {
    const proved = this.#proofOf(row.digest);
    if (row.state !== 'validating') return versionView(row, proved, aliases);
    const checks = this.#options.catalog.proofs.of(row.model, row.version)?.checks ?? row.checks;
    return versionView({ ...row, checks }, proved, aliases);
  }

  /** Null where there is no bundle (any more, or yet). */
  #proofOf(digest: string): ProvedView | null {
    const known = this.#proofs.get(digest);
    if (known !== undefined) return known;
    const manifest = readManifest(bundleDir(this.#options.dataDir, digest));
    if (manifest === null) return null;
    if (this.#proofs.size >= PROOFS_MAX) this.#proofs.clear();
    const proof = provedView(manifest);
    this.#proofs.set(digest, proof);
    return proof;
  }
}
