import { PlimsollError } from '../../core/errors.ts';
import type { TreePart } from '../../outline/outline-schemas.ts';
import type { TreeChoice } from '../../outline/trees/tree-part.ts';
import { totalMemory } from '../../process/available-memory.ts';
import { ChildOrders } from '../../process/child-orders.ts';
import type {
  InspectedDifference,
  InspectedVersion,
  InspectionOrder,
  ReplayedRows,
  VersionContents,
} from './inspected-version.ts';

const LIMIT_MILLIS = 60_000;
const IDLE_MILLIS = 60_000;
const QUEUE_MOST = 16;
/** Of the memory of the machine: as much as one read of a large model takes, beside those that serve. */
const MEMORY_SHARE = 0.25;
const MEMORY_LEAST = 2 ** 30;
/** What JavaScript's heap may have of it; arrays of models lie outside of it. */
const HEAP_SHARE = 0.5;

/**
 * Looks into versions in a process of its own, which starts with the first question and ends after a minute without one: models are
 * large, and files are those of strangers. Errors of all methods: BUNDLE_GONE, OVERLOADED, INSPECTION_LATE, INSPECTION_CRASHED, and
 * those of reading a model.
 */
export class VersionInspector {
  readonly #orders: ChildOrders;

  constructor(entry = new URL('./inspection.child.ts', import.meta.url), limitMillis = LIMIT_MILLIS) {
    const memoryBytes = Math.max(MEMORY_LEAST, Math.floor(totalMemory() * MEMORY_SHARE));
    const heap = Math.floor((memoryBytes * HEAP_SHARE) / 2 ** 20);
    this.#orders = new ChildOrders({
      ...{ entry, memoryBytes, limitMillis, idleMillis: IDLE_MILLIS, maxQueue: QUEUE_MOST },
      execArgv: [`--max-old-space-size=${heap}`],
      busy: (found) =>
        new PlimsollError('OVERLOADED', {
          found,
          what: 'looks into versions that wait',
          limit: QUEUE_MOST,
          retry: 5,
        }),
      late: () => new PlimsollError('INSPECTION_LATE', { limit: limitMillis / 1000 }),
      ended: (reason) => new PlimsollError('INSPECTION_CRASHED', { reason }),
    });
  }

  contents(version: InspectedVersion): Promise<VersionContents> {
    return this.#do({ kind: 'contents', version });
  }

  /** Errors besides: TREE_UNKNOWN. */
  tree(version: InspectedVersion, step: number, choice: TreeChoice): Promise<TreePart> {
    return this.#do({ kind: 'tree', version, step, choice });
  }

  golden(version: InspectedVersion, from: number, limit: number): Promise<ReplayedRows> {
    return this.#do({ kind: 'golden', version, from, limit });
  }

  difference(before: InspectedVersion, after: InspectedVersion): Promise<InspectedDifference> {
    return this.#do({ kind: 'difference', before, after });
  }

  close(): Promise<void> {
    return this.#orders.close();
  }

  #do<Result>(order: InspectionOrder): Promise<Result> {
    return this.#orders.do(order);
  }
}
