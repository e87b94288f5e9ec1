/** Made-up counters for tests of operations. */

import { DURATION_CELLS, durationCell } from '../../../metrics/duration-buckets.ts';
import type { FleetLoad, VersionLoad } from '../../../metrics/fleet-load.ts';

/** A model whose counters grow as told. */
export class TestTraffic {
  readonly #outcomes = { ok: 0, invalid: 0, overloaded: 0, error: 0, cancelled: 0 };
  readonly #times = new Float64Array(DURATION_CELLS);

  answered(millis: number, count = 1): void {
    this.#outcomes.ok += count;
    this.#times[durationCell(millis)]! += count;
  }

  failed(count = 1): void {
    this.#outcomes.error += count;
  }

  load(more: Partial<FleetLoad> = {}): FleetLoad {
    const version: VersionLoad = {
      ...{ model: 'm', version: 1, outcomes: { ...this.#outcomes } },
      ...{ times: this.#times.slice(), lastAnswer: null },
    };
    return { versions: [version], queueDepth: 0, saturation: 0, loopBusy: 0, memory: 1e8, ...more };
  }
}
