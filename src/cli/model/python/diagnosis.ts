/** Which runtime a model gets, why, and what to do: from what `inspect` found. Pure. */

import type { CompileBlocker } from '../../../model/blocker.ts';
import { WHICH_MODEL } from '../../../model/description.ts';
import { distributionOf } from '../../../python/modules.ts';
import type { Runtime } from '../../../registry/version.ts';
import { shellWord } from '../../output/shell.ts';
import { choiceWords } from '../choice-words.ts';
import type { EngineReport, InspectReport } from '../inspect-report.ts';
import { topModule } from './imports.ts';
import type { PythonReport } from './report.ts';

/** What stands in the way of compiling it, and the way on. */
export interface CompileObstacle {
  /** Step, class and byte, as far as they are known. */
  readonly where: string;
  readonly what: string;
  readonly way: string;
}

export interface ModelDiagnosis {
  readonly file: string;
  readonly kind: InspectReport['kind'] | 'unknown';
  /** Of a file that no reader here knows. */
  readonly looksLike: string | null;
  /** That it gets as it was asked for; null where nothing runs it until a person says more. */
  readonly runtime: Runtime | null;
  readonly why: string;
  readonly engines: InspectReport['engines'];
  readonly obstacles: readonly CompileObstacle[];
  /** What running it with Python takes, in sentences; empty where Python is not needed. */
  readonly pythonNeeds: readonly string[];
  /** What Python would import and run; null of a file whose names are not read. */
  readonly python: PythonReport | null;
  /** The command to run next. */
  readonly next: string;
}

/** What the command line said, as far as a command to run next repeats it. */
export interface RequestedOptions {
  /** As it was written. */
  readonly path: string;
  readonly runtime: Runtime | undefined;
  readonly trust: boolean;
  /** Options about Python that were given, as they are written. */
  readonly options: readonly string[];
  readonly script: string | null;
  readonly requirements: string | null;
}

export function diagnoseModel(report: InspectReport, requested: RequestedOptions): ModelDiagnosis {
  const { file, kind, engines, python } = report;
  const script = python.runs.some(({ how }) => how === 'script');
  const compiled = compiledRuntime(report);
  const needsPython = compiled === null || script || requested.runtime === 'python';
  const runtime = needsPython
    ? mayRun(report, requested)
      ? 'python'
      : null
    : (requested.runtime ?? compiled);
  return {
    ...{ file, kind, engines, runtime, python },
    looksLike: null,
    why: whyOf(report, { script, compiled, requested }),
    obstacles: obstaclesOf(report),
    pythonNeeds:
      needsPython && !isDocument(report) ? [...needsOf(python, requested), ...rowsFor(report)] : [],
    next: nextOf(report, requested, needsPython),
  };
}

/** A document of PMML, which no Python reads. */
const isDocument = ({ format }: InspectReport): boolean => format === 'pmml';

function nextOf(report: InspectReport, requested: RequestedOptions, needsPython: boolean): string {
  if (!needsPython) return `plimsoll serve ${shellWord(requested.path)}${choiceWords(report.choices)}`;
  return isDocument(report)
    ? 'export the model again with what docs/pmml.md lists, or as ONNX'
    : pythonCommand(requested, report.python);
}

/** The engine that runs it as data, or null. Names of code that runs on loading are refused, whatever else there is. */
function compiledRuntime({ engines, globals }: InspectReport): 'native' | 'onnx' | null {
  if (engines === null || globals.some(({ meaning }) => meaning === 'dangerous')) return null;
  if (engines.native.runs) return 'native';
  return engines.onnx.runs ? 'onnx' : null;
}

/** Trust alone lets Python run what is not compiled; what names dangerous code has to be demanded, too. */
const mayRun = ({ globals }: InspectReport, { trust, runtime }: RequestedOptions): boolean =>
  trust && (runtime === 'python' || !globals.some(({ meaning }) => meaning === 'dangerous'));

interface Grounds {
  readonly script: boolean;
  readonly compiled: Runtime | null;
  readonly requested: RequestedOptions;
}

function whyOf(report: InspectReport, { script, compiled, requested }: Grounds): string {
  const danger = report.globals.find(({ meaning }) => meaning === 'dangerous');
  if (danger !== undefined)
    return `it names ${danger.module}.${danger.name} at byte ${danger.offset}, through which a loader runs code`;
  if (script)
    return `its script is Python${compiled === null ? '' : `, around a model that ${compiled} runs as data`}`;
  if (requested.runtime === 'python')
    return compiled === null
      ? 'Python is asked for'
      : `Python is asked for, and not needed: ${compiled} runs it as data`;
  if (compiled === null || report.engines === null) return 'it cannot be compiled';
  const { native, onnx } = report.engines;
  return native.runs && onnx.runs
    ? 'it is read as data, and two engines check each other; the faster one answers'
    : `it is read as data, and ${compiled} alone runs it`;
}

/** Blockers that are shown; a file may have thousands of the same. */
const OBSTACLES = 20;

function obstaclesOf({
  blockers,
  engines,
  notes,
  kind,
  python,
  globals,
}: InspectReport): readonly CompileObstacle[] {
  if (blockers.length > 0)
    return blockers.slice(0, OBSTACLES).map((blocker) => ({
      where: `${blocker.path || 'the model'} (${blocker.class}) at byte ${blocker.offset}`,
      what: `${blocker.field} is ${blocker.found}${blocker.field === WHICH_MODEL ? '' : `, ${blocker.wanted} supported`}`,
      way: wayOn(blocker, python),
    }));
  if (globals.some(({ meaning }) => meaning === 'dangerous'))
    return [
      { where: 'the file', what: 'it names code that runs on loading', way: 'save the model without it' },
    ];
  if (engines === null)
    return kind === 'file'
      ? []
      : notes.slice(0, 1).map(({ text }) => ({ where: 'the folder', what: text, way: EXPORT }));
  if (engines.native.runs || engines.onnx.runs) return [];
  return Object.entries(engines).map(([name, { reason }]: [string, EngineReport]) => ({
    where: name,
    what: reason ?? '',
    way: 'replace that step, and save the model again',
  }));
}

const EXPORT = 'export the model to ONNX, which is read as data';

/** Only code of libraries that are read here can be read as data. */
function wayOn({ class: name, field, wanted }: CompileBlocker, { nearby }: PythonReport): string {
  const root = topModule(name);
  if (field === WHICH_MODEL) return wanted;
  if (name.startsWith('PMML ')) return 'export the model without it: docs/pmml.md lists what is read';
  if (field !== 'the class')
    return `set ${field} to what is supported (${wanted}), fit, and save the model again`;
  if (name.startsWith('sklearn.')) return `replace it by an estimator of docs/estimators.md, or ${EXPORT}`;
  if (distributionOf(root) !== null)
    return `${EXPORT}; or, if you trust who wrote it, let Python run it: --runtime python --trust`;
  const path = Object.hasOwn(nearby, root) ? ` --code ${nearby[root]}` : '';
  return `say the same with steps of scikit-learn; or, if you trust who wrote it, let Python run it:${path} --runtime python --trust`;
}

function needsOf(
  { imports, nearby, requirements, guessed, python }: PythonReport,
  requested: RequestedOptions,
): readonly string[] {
  const missing = imports.filter(({ from }) => from === 'not found');
  const known = imports.flatMap(({ distribution }) => (distribution === null ? [] : [distribution]));
  const listed = new Set(requirements?.packages.map(({ name }) => name));
  const unlisted = [...new Set(known)].filter((name) => !listed.has(name));
  return [
    ...missing.map(({ module, names }) => {
      const path = Object.hasOwn(nearby, module) ? nearby[module] : `PATH/${module}.py`;
      return `module ${module}, for ${names.slice(0, 3).join(', ')}: --code ${path}; where a package brings it, a line in --requirements`;
    }),
    ...(requirements === null
      ? [
          guessed.length > 0
            ? `packages ${guessed.join(', ')}, as the file shows: --requirements FILE says others`
            : 'packages, which the file does not show: --requirements FILE',
        ]
      : [requirements.problem ?? `packages of ${requirements.path}`]),
    ...(requirements !== null && requirements.problem === null && unlisted.length > 0
      ? [`${unlisted.join(', ')}, which the file imports and ${requirements.path} does not name`]
      : []),
    python === null ? 'Python: the newest here that fits the packages, or --python 3.11' : `Python ${python}`,
    ...(requested.trust ? [] : ['your word that you trust who wrote it: --trust']),
  ];
}

/** A file that cannot be read as data may say nothing of its rows; some models do once they are loaded, others never. */
const rowsFor = ({ kind, signature }: InspectReport): readonly string[] =>
  kind === 'file' && signature === null
    ? ['rows with the outputs that they must give: --golden FILE, where the model does not say what it takes']
    : [];

/** The line that runs it, with what was given and what was found nearby. */
function pythonCommand({ path, options }: RequestedOptions, { nearby }: PythonReport): string {
  const code = Object.values(nearby).map((found) => `--code ${shellWord(found)}`);
  return ['plimsoll serve', shellWord(path), '--runtime python --trust', ...options, ...code].join(' ');
}

/** The line that runs what no reader here knows. */
export const unreadCommand = ({ path, options, requirements }: RequestedOptions): string => {
  const packages = requirements === null ? ['--requirements requirements.txt'] : [];
  return ['plimsoll serve', shellWord(path), '--runtime python --trust', ...options, ...packages].join(' ');
};
