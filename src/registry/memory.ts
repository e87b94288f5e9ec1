import type { BundleManifest } from './version.ts';

/** What a compressed file grows by, and what an engine needs beside what it read. */
const GROWTH = 10;
const ENGINE = 2;

/** Bytes that a version is taken to need in a process or thread that loads it. */
export const residentBytes = ({ size, compression }: Pick<BundleManifest, 'size' | 'compression'>): number =>
  size * (compression === null ? 1 : GROWTH) * ENGINE;
