/** What npm installs of the published package, by the lock file alone. Pure. */
import type { Figure } from './judge.ts';

/** An entry of `packages` in `package-lock.json` (version 3); the one named '' is this package. */
interface Locked {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
}

export type Lock = Readonly<Record<string, Locked>>;

/** The machine that is counted for: one platform, as npm installs the binaries of one. */
const PLATFORM = { os: 'linux', cpu: 'x64', libc: 'glibc' };

/** Packages that an installation has without optional parts, and those that these bring besides. */
export function dependencyFigures(packages: Lock): Figure[] {
  const own = packages['']!;
  const required = reached(packages, Object.keys(own.dependencies ?? {}), false);
  const all = reached(
    packages,
    [...Object.keys(own.dependencies ?? {}), ...Object.keys(own.optionalDependencies ?? {})],
    true,
  );
  const optional = [...all].filter((path) => !required.has(path));
  return [
    { of: 'required', value: required.size, ...named([...required]) },
    { of: 'optional', value: optional.length, ...named(optional) },
  ];
}

const named = (paths: readonly string[]): { detail?: string } =>
  paths.length === 0
    ? {}
    : {
        detail: paths
          .map((path) => path.slice(MODULES.length))
          .sort()
          .join(', '),
      };

const MODULES = 'node_modules/';

function reached(packages: Lock, names: readonly string[], withOptional: boolean): Set<string> {
  const found = new Set<string>();
  const waiting = names.map((name) => ({ name, from: '' }));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const path = pathOf(packages, next.name, next.from);
    if (path === null || found.has(path) || !isInstalledHere(packages[path]!)) continue;
    found.add(path);
    const { dependencies = {}, optionalDependencies = {} } = packages[path]!;
    for (const name of Object.keys({ ...dependencies, ...(withOptional ? optionalDependencies : {}) }))
      waiting.push({ name, from: path });
  }
  return found;
}

/** Where Node finds a package from a folder: beside it, else in a folder above. */
function pathOf(packages: Lock, name: string, from: string): string | null {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf(`/${MODULES}`)))) {
    const path = `${folder === '' ? '' : `${folder}/`}${MODULES}${name}`;
    if (path in packages) return path;
    if (folder === '') return null;
  }
}

const isInstalledHere = ({ os, cpu, libc }: Locked): boolean =>
  (os?.includes(PLATFORM.os) ?? true) &&
  (cpu?.includes(PLATFORM.cpu) ?? true) &&
  (libc?.includes(PLATFORM.libc) ?? true);
