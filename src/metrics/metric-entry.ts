/** What is said of a metric. Pure. */
import type { MetricType } from './metric-family.ts';

export interface MetricEntry {
  readonly type: MetricType;
  /** Base unit, or what is counted. */
  readonly unit: string;
  readonly labels: readonly string[];
  readonly help: string;
  /** Who counts it: the processes that answer, the owner of the rollouts, or the monitor. */
  readonly from: 'serving' | 'experiments' | 'monitor';
}

/** Entries of what one part of the program counts. */
export const countedBy =
  (from: MetricEntry['from']) =>
  (type: MetricType, unit: string, labels: readonly string[], help: string): MetricEntry => ({
    ...{ type, unit, labels, help, from },
  });
