import type { Extent } from './installed.mjs';

/** What only checks, tests and benchmarks are made of. */
export const FOR_TESTS: readonly string[];
/** Installs what the lock file of `root` says and builds the program, unless both is done. Throws what npm said. */
export function install(root: string, extent: Extent): Promise<void>;
/** This Node, where it is new enough for the program, else the one that is installed with it, or null. */
export function nodeOf(root: string): string | null;
/** Manifest and lock file of the program, by the names of their files, without what only tests use. */
export function programOf(of: { manifest: Manifest; lock: Lock }): {
  'package.json': Manifest;
  'package-lock.json': Lock;
};

interface Manifest {
  readonly devDependencies: Readonly<Record<string, string>>;
}

interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      { version?: string; resolved?: string; name?: string; devDependencies?: Record<string, string> }
    >
  >;
}
