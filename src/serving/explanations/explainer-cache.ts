import { renewEntry } from '../../core/recent-entries.ts';
import type { Explainer } from '../../explain/explanation.ts';
import type { Batch } from '../../model/batch.ts';
import { bundleState } from '../../registry/bundle.ts';
import {
  type ExplainedBundle,
  type ExplainedVersion,
  type ExplainerChoice,
  openExplainedBundle,
} from '../../registry/explained-bundle.ts';
import type { BundleManifest } from '../../registry/version.ts';
import { MOST_BUNDLES, MOST_WAYS, nameOfWay } from './prepared-ways.ts';

/** A version's model in one state of its bundle. */
interface CachedBundle {
  readonly state: string;
  readonly opened: Promise<ExplainedBundle>;
  readonly ways: Map<string, Promise<Explainer<Batch>>>;
}

/** A way to explain, and what it was made of. */
export interface ReadyExplainer {
  readonly explainer: Explainer<Batch>;
  readonly manifest: BundleManifest;
}

/** Explainers of the versions that were asked for last. */
export class ExplainerCache {
  /** By folder, the one that was asked for last at the end. */
  readonly #bundles = new Map<string, CachedBundle>();

  /** The explainer of a version, made where it is not there yet. Throws what opening the bundle and making it throws. */
  async get({ output, method, ...version }: ExplainedVersion & ExplainerChoice): Promise<ReadyExplainer> {
    const { opened, ways } = this.#bundle(version);
    const bundle = await opened;
    const way = nameOfWay({ output, method });
    const made = ways.get(way) ?? bundle.explainer({ output, method });
    renewEntry(ways, way, made, MOST_WAYS);
    made.catch(() => ways.delete(way));
    return { explainer: await made, manifest: bundle.manifest };
  }

  #bundle(version: ExplainedVersion): CachedBundle {
    const { bundle } = version;
    const state = bundleState(bundle);
    const known = this.#bundles.get(bundle);
    const cached: CachedBundle =
      known?.state === state ? known : { state, opened: openExplainedBundle(version), ways: new Map() };
    if (known !== undefined && known !== cached) close(known);
    for (const old of renewEntry(this.#bundles, bundle, cached, MOST_BUNDLES)) close(old);
    cached.opened.catch(() => this.#bundles.delete(bundle));
    return cached;
  }
}

const close = ({ opened }: CachedBundle): void =>
  void opened.then((bundle) => bundle.close()).catch(() => undefined);
