/** The detectors by name, with river's defaults: a new one for each stream. Pure. */
import { AdwinDetector } from './adwin.ts';
import { DdmDetector } from './ddm.ts';
import { HddmA, HddmW } from './hddm.ts';
import { KswinDetector } from './kswin.ts';
import { PageHinkley } from './page-hinkley.ts';
import type { SequentialDetector } from './sequential-detector.ts';

/** For numbers of any size. */
export const NUMBER_DETECTORS = {
  adwin: (): SequentialDetector => new AdwinDetector(),
  'page-hinkley': (): SequentialDetector => new PageHinkley(),
  kswin: (): SequentialDetector => new KswinDetector(),
} as const;

/** For errors: 1, or 0 for none. */
export const ERROR_DETECTORS = {
  ddm: (): SequentialDetector => new DdmDetector(),
  'hddm-a': (): SequentialDetector => new HddmA(),
  'hddm-w': (): SequentialDetector => new HddmW(),
} as const;
