/** The detectors by name, with river's defaults: a new one for each stream. Pure. */
import { Adwin } from './adwin.ts';
import { Ddm } from './ddm.ts';
import type { SequentialDetector } from './detector.ts';
import { HddmA, HddmW } from './hddm.ts';
import { Kswin } from './kswin.ts';
import { PageHinkley } from './page-hinkley.ts';

/** For numbers of any size. */
export const NUMBER_DETECTORS = {
  adwin: (): SequentialDetector => new Adwin(),
  'page-hinkley': (): SequentialDetector => new PageHinkley(),
  kswin: (): SequentialDetector => new Kswin(),
} as const;

/** For errors: 1, or 0 for none. */
export const ERROR_DETECTORS = {
  ddm: (): SequentialDetector => new Ddm(),
  'hddm-a': (): SequentialDetector => new HddmA(),
  'hddm-w': (): SequentialDetector => new HddmW(),
} as const;
