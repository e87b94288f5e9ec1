/**
 * The 64-bit hash that units are counted, joined and stored by: two 32-bit hashes with fixed seeds, so that an id never
 * has to be kept. Recorder and feedback must agree on it for ever: stored rows hold it. Pure.
 */
import { murmur3 } from '../bytes/murmur3.ts';

/** Unlike the seeds of bucket hashes, which are drawn anew, these never change. */
const SEED_HIGH = 0x706c696d;
const SEED_LOW = 0x736f6c6c;

/** High and low half, unsigned. */
export const unitHalves = (unit: string): readonly [high: number, low: number] => [
  murmur3(unit, SEED_HIGH),
  murmur3(unit, SEED_LOW),
];

/** Sixteen hex digits of the two halves. */
export const hashHex = (high: number, low: number): string => hex(high) + hex(low);

export const unitHash = (unit: string): string => hashHex(...unitHalves(unit));

const hex = (half: number): string => half.toString(16).padStart(8, '0');
