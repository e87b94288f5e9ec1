/** What npm installs of the published package, by `package.json` and the lock file alone. Pure. */
import type { Figure } from './judge.ts';

interface Needs {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** `packages` of `package-lock.json` (version 3), by the folder of each. */
export type Lock = Readonly<
  Record<
    string,
    Needs & {
      readonly os?: readonly string[];
      readonly cpu?: readonly string[];
      readonly libc?: readonly string[];
    }
  >
>;

/** The machine that is counted for: one platform, as npm installs the binaries of one. */
const PLATFORM = { os: 'linux', cpu: 'x64', libc: 'glibc' };

/** Packages that an installation has without optional parts, and those that these bring besides. */
export function dependencyFigures({ dependencies, optionalDependencies }: Needs, lock: Lock): Figure[] {
  const required = reached(lock, { ...dependencies }, false);
  const all = reached(lock, { ...dependencies, ...optionalDependencies }, true);
  const optional = [...all].filter((path) => !required.has(path));
  return [figure('required', [...required]), figure('optional', optional)];
}

function figure(of: 'required' | 'optional', paths: readonly string[]): Figure {
  const names = paths.map((path) => path.slice(MODULES.length)).sort();
  return { of, value: paths.length, ...(paths.length > 0 ? { detail: names.join(', ') } : {}) };
}

const MODULES = 'node_modules/';

/** Folders of these packages and of what they need; one that the lock does not know counts alone. */
function reached(lock: Lock, names: Needs['dependencies'] & object, withOptional: boolean): Set<string> {
  const found = new Set<string>();
  const waiting = Object.keys(names).map((name) => ({ name, from: '' }));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const path = pathOf(lock, next.name, next.from);
    const { dependencies, optionalDependencies, ...platform } = lock[path] ?? {};
    if (found.has(path) || !isInstalledHere(platform)) continue;
    found.add(path);
    for (const name of Object.keys({ ...dependencies, ...(withOptional ? optionalDependencies : {}) }))
      waiting.push({ name, from: path });
  }
  return found;
}

/** Where Node finds a package from a folder: beside it, else in a folder above. */
function pathOf(lock: Lock, name: string, from: string): string {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf(`/${MODULES}`)))) {
    const path = `${folder === '' ? '' : `${folder}/`}${MODULES}${name}`;
    if (path in lock || folder === '') return path;
  }
}

const isInstalledHere = ({ os, cpu, libc }: Lock[string]): boolean =>
  (os?.includes(PLATFORM.os) ?? true) &&
  (cpu?.includes(PLATFORM.cpu) ?? true) &&
  (libc?.includes(PLATFORM.libc) ?? true);
