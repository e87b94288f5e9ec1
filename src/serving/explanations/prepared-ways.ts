import { renewEntry } from '../../core/recent-entries.ts';
import { bundleState } from '../../registry/bundle.ts';
import type { ExplainedVersion, ExplainerChoice } from '../../registry/explained-bundle.ts';

/** Versions, and ways to explain one of them, that the process keeps ready. */
export const MOST_BUNDLES = 8;
export const MOST_WAYS = 4;

/** Names a way to explain a version. */
export const nameOfWay = ({ output, method }: ExplainerChoice): string => JSON.stringify([output, method]);

/** What the process that explains has made, as it keeps it: where it is there, nobody waits for it to be made. */
export class PreparedWays {
  /** By bundle and its state, the one that was asked for last at the end. */
  readonly #bundles = new Map<string, Map<string, true>>();

  has(order: ExplainedVersion & ExplainerChoice): boolean {
    return this.#bundles.get(keyOf(order))?.has(nameOfWay(order)) ?? false;
  }

  add(order: ExplainedVersion & ExplainerChoice): void {
    const key = keyOf(order);
    const ways = this.#bundles.get(key) ?? new Map<string, true>();
    renewEntry(ways, nameOfWay(order), true, MOST_WAYS);
    renewEntry(this.#bundles, key, ways, MOST_BUNDLES);
  }

  /** Another process has made nothing. */
  clear(): void {
    this.#bundles.clear();
  }
}

/** With other rows or reasons in its bundle, a version is made ready anew. */
const keyOf = ({ bundle }: ExplainedVersion): string => `${bundle} ${bundleState(bundle)}`;
