/**
 * Environment by which glibc's malloc gives memory back (mallopt(3)): what the launcher sets where a container bounds memory,
 * and images set from the start. The launcher, `bin/plimsoll.js`, says why.
 */
export const MALLOC_ENVIRONMENT = [
  'MALLOC_ARENA_MAX=2',
  'MALLOC_MMAP_THRESHOLD_=131072',
  'MALLOC_TRIM_THRESHOLD_=131072',
] as const;
