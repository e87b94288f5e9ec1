import { basename } from 'node:path';
import { kerasBackend } from '../../../config/keras-backend.ts';
import { isPlimsollError } from '../../../core/errors.ts';
import type { ModelDescription } from '../../../model/description.ts';
import type { PythonDemands } from '../../../python/demands.ts';
import { type PackageRequirement, parseRequirements } from '../../../python/requirements.ts';
import { moduleNear } from '../../../registry/python/failure-reason.ts';
import { guessRequirements } from '../../../registry/python/guess-requirements.ts';
import {
  type ExecutedName,
  executedNames,
  type ImportedModule,
  importedModules,
} from '../../../registry/python/imports.ts';
import type { ModelSource } from '../../../registry/python/model-source.ts';
import { requirementsAt } from '../../../registry/python/small-text.ts';
import { type NetworkNeeds, networkNeeds } from './network.ts';

/** What Python would import and run of a model: from data alone, nothing is executed. */
export interface PythonReport {
  readonly imports: readonly ImportedModule[];
  readonly runs: readonly ExecutedName[];
  /** Modules that come with it, by path. */
  readonly code: readonly string[];
  /** Where modules that it lacks lie nearby, by module. */
  readonly nearby: Readonly<Record<string, string>>;
  /** What a network takes beside its file. */
  readonly network: NetworkNeeds;
  readonly requirements: RequirementsReport | null;
  /** Requirements that count where there is no file of them: what the model's file shows. */
  readonly guessed: readonly string[];
  /** Version of Python that it was made with, or is wanted. */
  readonly python: string | null;
}

export interface RequirementsReport {
  readonly path: string;
  readonly packages: readonly {
    readonly name: string;
    readonly line: number;
    readonly pin: PackageRequirement['pin'];
  }[];
  /** Why the file cannot be used, or null. */
  readonly problem: string | null;
}

/** Only what the options say counts where they say something; the rest is what came with the model. */
export function pythonReport(
  source: ModelSource,
  model: ModelDescription,
  { code: given, requirements, script: said, python }: Omit<PythonDemands, 'trust'>,
): PythonReport {
  const code = [...given, ...source.code];
  const own = new Set(code.map((path) => basename(path, '.py')));
  const script = said ?? source.script;
  const imports = importedModules(model.globals, own);
  const missing = imports.flatMap(({ module, from }) => (from === 'not found' ? [module] : []));
  const nearby = missing.flatMap((module) => {
    const path = moduleNear(source.path, module);
    return path === null ? [] : [[module, path]];
  });
  return {
    imports,
    runs: [
      ...(script === null ? [] : [{ name: script, how: 'script' as const, offset: null }]),
      ...executedNames(model.globals),
    ],
    code,
    nearby: Object.fromEntries(nearby),
    network: networkNeeds(source.path, model.blockers, code.length > 0),
    requirements: requirementsReport(requirements, source),
    guessed: guessRequirements(model, own, false, kerasBackend(process.env)),
    python: python ?? source.python ?? model.framework.python ?? null,
  };
}

function requirementsReport(given: string | null, source: ModelSource): RequirementsReport | null {
  const found = given === null ? source.requirements : requirementsAt(given);
  if (found === null) return null;
  try {
    const packages = parseRequirements(found.text, found.path).map(({ name, line, pin }) => ({
      name,
      line,
      pin,
    }));
    return { path: found.path, packages, problem: null };
  } catch (error) {
    if (!isPlimsollError(error)) throw error;
    return { path: found.path, packages: [], problem: error.message };
  }
}
