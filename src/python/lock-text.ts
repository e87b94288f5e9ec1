import { PlimsollError } from '../core/errors.ts';
import { sha256Hex } from '../core/sha256.ts';
import type { PackageLock } from './environment.ts';
import { normaliseName, type PackageRequirement, parseRequirements } from './requirements.ts';

/** One package of a lock. */
export interface PinnedPackage {
  readonly name: string;
  readonly version: string;
  /** `sha256:…`. */
  readonly hashes: readonly string[];
}

/** What a lock is called in errors. */
const LOCK = 'requirements.lock';

/** The lock of packages: its text is the same whatever order they come in. */
export function lockOf(pins: readonly PinnedPackage[], python: string): PackageLock {
  const sorted = [...pins].sort((left, right) => (left.name < right.name ? -1 : 1));
  const text = sorted.map(formatPin).join('');
  return {
    text,
    digest: sha256Hex(`python ${python}\n${text}`),
    pins: new Map(sorted.map(({ name, version }) => [name, version])),
    python,
  };
}

const formatPin = ({ name, version, hashes }: PinnedPackage): string =>
  `${[`${name}==${version}`, ...[...hashes].sort().map((hash) => `    --hash=${hash}`)].join(' \\\n')}\n`;

/**
 * A lock from its text and the minor version of Python that it is for (`3.11`). Throws REQUIREMENTS_INVALID where a line
 * is not one package with `==` and hashes, or names one twice.
 */
export function readLock(text: string, python: string): PackageLock {
  return lockOf(pinsOf(parseRequirements(text, LOCK), LOCK), python);
}

/** Requirements as pins. Throws REQUIREMENTS_INVALID where one is anything less. */
export function pinsOf(requirements: readonly PackageRequirement[], path: string): readonly PinnedPackage[] {
  const seen = new Set<string>();
  return requirements.map((requirement) => {
    const { line, name, specifiers, hashes } = requirement;
    const invalid = (problem: string): PlimsollError =>
      new PlimsollError('REQUIREMENTS_INVALID', { path, line, problem });
    const version = specifiers[0]?.version;
    if (version === undefined || specifiers.length > 1 || requirement.pin !== 'exact') {
      throw invalid('a lock has one exact version (==) for each package');
    }
    if (requirement.marker !== null || requirement.extras.length > 0) {
      throw invalid('a lock has neither extras nor markers');
    }
    if (hashes.length === 0) throw invalid('a lock has a hash (--hash=sha256:…) for each package');
    if (seen.has(name)) throw invalid(`a lock names a package once, ${name} is here twice`);
    seen.add(name);
    return { name: normaliseName(name), version, hashes };
  });
}
