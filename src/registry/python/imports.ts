/** What Python would import and run of a file, from the names that are in it. Pure. */
import type { NamedGlobal } from '../../model/description.ts';
import { distributionOf, isStandardModule } from '../../python/modules.ts';

/** Where a module would come from. `not found`: from none of what is known here, so that it has to be brought. */
export type ModuleOrigin = 'standard library' | 'distribution' | 'own code' | 'not found';

export interface ImportedModule {
  /** Top of the module: `sklearn` of `sklearn.tree._classes`. */
  readonly module: string;
  readonly from: ModuleOrigin;
  /** The distribution that brings it. */
  readonly distribution: string | null;
  /** What the file names in it, dotted. */
  readonly names: readonly string[];
}

/** Something that would run when the model is loaded, or for each request. */
export interface ExecutedName {
  readonly name: string;
  /** `called`: the file says to call it; `named`: the material of gadgets; `script`: code that was given beside. */
  readonly how: 'called' | 'named' | 'script';
  /** Byte of the file that names it first; null of a script. */
  readonly offset: number | null;
}

/** `sklearn` of `sklearn.tree._classes`. */
export const topModule = (module: string): string => module.split('.', 1).join('');

const ORIGINS: readonly ModuleOrigin[] = ['not found', 'own code', 'distribution', 'standard library'];

/** Modules by their top, what has to be brought first; `own` are the names of modules that come with the model. */
export function importedModules(
  globals: readonly NamedGlobal[],
  own: ReadonlySet<string>,
): readonly ImportedModule[] {
  const names = new Map<string, Set<string>>();
  for (const { module, name } of globals) {
    const root = topModule(module);
    names.set(root, (names.get(root) ?? new Set()).add(`${module}.${name}`));
  }
  const modules = [...names].map(([module, named]): ImportedModule => {
    const from = originOf(module, own);
    const distribution = from === 'distribution' ? distributionOf(module) : null;
    return { module, from, distribution, names: [...named].sort() };
  });
  const rank = ({ from }: ImportedModule): number => ORIGINS.indexOf(from);
  return modules.sort((a, b) => rank(a) - rank(b) || (a.module < b.module ? -1 : 1));
}

function originOf(module: string, own: ReadonlySet<string>): ModuleOrigin {
  if (own.has(module)) return 'own code';
  if (isStandardModule(module)) return 'standard library';
  return distributionOf(module) === null ? 'not found' : 'distribution';
}

/** What would run: gadgets, and whatever the file says to call that is no part of a library which is read here. */
export const executedNames = (globals: readonly NamedGlobal[]): readonly ExecutedName[] =>
  globals.flatMap(({ module, name, offset, meaning, called }) =>
    meaning === 'dangerous' || (called === true && meaning === 'unknown')
      ? [{ name: `${module}.${name}`, how: called ? ('called' as const) : ('named' as const), offset }]
      : [],
  );
