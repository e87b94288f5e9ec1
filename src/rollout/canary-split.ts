/**
 * Who is in which arm: nested two-ended hash ranges. The candidate takes buckets from the low end, an equally large
 * control from the high end, and the rest is stable but not measured. Growing the weight only ever adds units to both
 * sets (up to one half); nobody is reassigned. Pure.
 */
import { murmur3 } from '../bytes/murmur3.ts';

/** Integer buckets, so that every language computes the same ranges. */
export const BUCKETS = 10_000;

export type CanaryArm = 'candidate' | 'control' | 'stable';

export interface CanarySplit {
  /** New for every rollout, kept when the same candidate is tried again. */
  readonly seed: number;
  /** Candidate's share of buckets, 0 to BUCKETS. */
  readonly weight: number;
}

/** Bucket of a unit, 0 to BUCKETS − 1: the hash scaled, not taken modulo, so that every bucket is equally likely. */
export const unitBucket = (unit: string, seed: number): number =>
  Math.floor((murmur3(unit, seed) / 2 ** 32) * BUCKETS);

/** Arm of a bucket. Beyond one half the control is what the candidate leaves at the high end. */
export function canaryArm(bucket: number, weight: number): CanaryArm {
  if (bucket < weight) return 'candidate';
  return bucket >= BUCKETS - weight ? 'control' : 'stable';
}

/** Everything about one unit's assignment; `switchesAt` is the smallest weight at which it is in the candidate arm. */
export interface UnitAssignment {
  readonly hash: number;
  readonly bucket: number;
  readonly arm: CanaryArm;
  readonly switchesAt: number;
}

export function explainUnit(unit: string, split: CanarySplit): UnitAssignment {
  const bucket = unitBucket(unit, split.seed);
  return {
    hash: murmur3(unit, split.seed),
    bucket,
    arm: canaryArm(bucket, split.weight),
    switchesAt: bucket + 1,
  };
}
