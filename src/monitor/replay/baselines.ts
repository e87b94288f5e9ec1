/**
 * What other rules would have told about the same rows, so that a number of alarms says something: one that always fires, one
 * that never does, and detectors without a budget. Pure.
 */
import { elementAt, valueInMap } from '../../core/element-at.ts';
import { keysOf } from '../../core/record.ts';
import type { BinnedRows } from '../reference/bin-counter.ts';
import { normalScores } from '../reference/dependence.ts';
import { BIN, type ReferenceProfile } from '../reference/reference-profile.ts';
import { NUMBER_DETECTORS } from '../scores/sequential/detectors.ts';
import type { SequentialDetector } from '../scores/sequential/sequential-detector.ts';

export type BaselineDetector = keyof typeof NUMBER_DETECTORS;
export const BASELINE_DETECTORS = keysOf(NUMBER_DETECTORS);

/** Rows after which the rule that always fires fires. */
const ALWAYS_ROWS = 1000;

/** Alarms by rule. */
export type BaselineAlarms = Readonly<Record<string, { readonly alarms: number }>>;

/** A detector of one numeric feature. It gets normal scores of bins: its thresholds are in standard deviations. */
interface Watching {
  readonly name: BaselineDetector;
  readonly feature: number;
  readonly scores: Float64Array;
  readonly detector: SequentialDetector;
}

export class BaselineAlarmCounter {
  readonly #watching: readonly Watching[];
  readonly #alarms = new Map<string, number>();
  #rows = 0;

  constructor({ features }: ReferenceProfile, names: readonly BaselineDetector[]) {
    this.#watching = features.flatMap(({ type, counts }, feature) =>
      type === 'number'
        ? names.map((name) => ({
            name,
            feature,
            scores: normalScores(counts),
            detector: NUMBER_DETECTORS[name](),
          }))
        : [],
    );
    for (const name of names) this.#alarms.set(name, 0);
  }

  add(binned: BinnedRows): void {
    this.#rows += binned.rows;
    for (const { name, feature, scores, detector } of this.#watching)
      for (const bin of binned.featureBins(feature))
        if (bin > BIN.nan && detector.update(elementAt(scores, bin)))
          this.#alarms.set(name, valueInMap(this.#alarms, name) + 1);
  }

  alarms(): BaselineAlarms {
    const found = [...this.#alarms].map(([name, alarms]) => [name, { alarms }] as const);
    return {
      always: { alarms: Math.ceil(this.#rows / ALWAYS_ROWS) },
      never: { alarms: 0 },
      ...Object.fromEntries(found),
    };
  }
}
