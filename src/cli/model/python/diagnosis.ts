/** Which runtime a model gets, why, and what to do: from what `inspect` found. Pure. */

import { type CompileObstacle, dangerIn, membersIn, obstaclesIn } from '../../../examine/obstacles.ts';
import type { SkewFinding } from '../../../examine/skew/finding.ts';
import type { CompileBlocker } from '../../../model/blocker.ts';
import { LET_PYTHON, TO_ONNX, wayPast } from '../../../model/way-past.ts';
import { topModule } from '../../../registry/python/imports.ts';
import type { Runtime } from '../../../registry/version.ts';
import { shellWord } from '../../../text/shell.ts';
import { choiceWords } from '../choice-words.ts';
import type { InspectReport } from '../inspect-report.ts';
import type { PythonReport } from './report.ts';

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
  /** Files beside it that fit, and the command that serves all together; null where there are none. */
  readonly beside: string | null;
  /** What other releases of its libraries make of it. */
  readonly skew: readonly SkewFinding[];
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
    ...{ file, kind, engines, runtime, python, skew: report.skew },
    looksLike: null,
    beside: report.beside,
    why: whyOf(report, { script, compiled, requested }),
    obstacles: obstaclesOf(report),
    pythonNeeds:
      needsPython && isPythonOfUse(report) ? [...needsOf(python, requested), ...rowsFor(report)] : [],
    next: needsPython
      ? nextOf(report, requested, runtime)
      : `plimsoll serve ${shellWord(requested.path)}${choiceWords(report.choices)}`,
  };
}

/** Not where a file holds no fitted model, nor of a document of PMML, which no Python reads, nor of parts, which it cannot join. */
const isPythonOfUse = ({ kind, blockers }: InspectReport): boolean =>
  kind !== 'parts' && blockers.every((blocker) => wayPast(blocker).isPythonOfUse);

function nextOf(report: InspectReport, requested: RequestedOptions, runtime: Runtime | null): string {
  const path = shellWord(requested.path);
  const member = membersIn(report.blockers);
  if (member.length > 0) return `plimsoll serve ${path} --member ${member.at(-1)}`;
  if (!isPythonOfUse(report)) return `once that is done: plimsoll serve ${path}`;
  const danger = dangerIn(report.globals);
  if (danger !== null && runtime === null)
    return `ask who wrote it why it names ${danger.module}.${danger.name}, and for a file without it`;
  return pythonCommand(requested, report.python);
}

/** The engine that runs it as data, or null. Names of code that runs on loading are refused, whatever else there is. */
function compiledRuntime(report: InspectReport): 'native' | 'onnx' | null {
  const { engines } = report;
  if (engines === null || dangerIn(report.globals) !== null) return null;
  if (engines.native.runs) return 'native';
  return engines.onnx.runs ? 'onnx' : null;
}

/** Trust alone lets Python run what is not compiled; what names dangerous code has to be demanded, too. */
const mayRun = (report: InspectReport, { trust, runtime }: RequestedOptions): boolean =>
  trust && (runtime === 'python' || dangerIn(report.globals) === null);

interface Grounds {
  readonly script: boolean;
  readonly compiled: Runtime | null;
  readonly requested: RequestedOptions;
}

function whyOf(report: InspectReport, { script, compiled, requested }: Grounds): string {
  const danger = dangerIn(report.globals);
  if (danger !== null)
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

function obstaclesOf(report: InspectReport): readonly CompileObstacle[] {
  const { engines, notes, kind, python } = report;
  const found = obstaclesIn(report, (blocker) => wayOn(blocker, python));
  if (found.length > 0 || engines !== null || kind === 'file') return found;
  return notes.slice(0, 1).map(({ text }) => ({ where: 'the folder', what: text, way: TO_ONNX }));
}

/** The way past a blocker; what nothing here reads may run in Python, with its own code where that is found. */
function wayOn(blocker: CompileBlocker, { nearby }: PythonReport): string {
  const { way, isPythonOfUse } = wayPast(blocker);
  if (!isPythonOfUse) return way;
  const root = topModule(blocker.class);
  const path = Object.hasOwn(nearby, root) ? ` --code ${nearby[root]}` : '';
  return `${way}; or, ${LET_PYTHON.replace(/:/, `:${path}`)}`;
}

function needsOf(
  { imports, nearby, network, requirements, guessed, python }: PythonReport,
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
    ...networkWords(network),
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

function networkWords({ lacks, code, isWeights, allow }: PythonReport['network']): readonly string[] {
  const way = isWeights && code === null ? 'a script with model_fn, or a module' : 'a module';
  return [
    ...(lacks === null ? [] : [`${way} that defines ${lacks}: --code ${code ?? 'PATH/MODULE.py'}`]),
    ...(allow === null ? [] : [`your word that code in the file may run: --allow ${allow}`]),
  ];
}

/** A file that cannot be read as data may say nothing of its rows; some models do once they are loaded, others never. */
const rowsFor = ({ kind, signature }: InspectReport): readonly string[] =>
  kind === 'file' && signature === null
    ? ['rows with the outputs that they must give: --golden FILE, where the model does not say what it takes']
    : [];

/** The line that runs it, with what was given and what was found nearby; first what has to be found. */
function pythonCommand(requested: RequestedOptions, { imports, nearby, network }: PythonReport): string {
  const missing = imports.flatMap(({ module, from }) =>
    from === 'not found' && !Object.hasOwn(nearby, module) ? [module] : [],
  );
  const { lacks, code, isWeights, allow } = network;
  const isScripted = isWeights && code === null;
  const paths = new Set([...Object.values(nearby), ...(code === null ? [] : [code])]);
  const more = [
    ...[...paths].map((found) => `--code ${shellWord(found)}`),
    ...missing.map((module) => `--code PATH/${module}.py`),
    ...(lacks !== null && code === null && !isScripted ? ['--code PATH/MODULE.py'] : []),
    ...(isScripted && requested.script === null ? [`--script ${SCRIPT}`] : []),
    ...(allow === null || requested.options.includes(`--allow ${allow}`) ? [] : [`--allow ${allow}`]),
  ];
  const found = [
    ...missing.map((module) => `${module}.py`),
    ...(lacks !== null && code === null && !isScripted ? [`the module that defines ${lacks}`] : []),
  ];
  const steps = [
    ...(found.length === 0 ? [] : [`find ${found.join(', ')}`]),
    ...(isScripted && requested.script === null
      ? [`write ${SCRIPT}, whose model_fn(model_dir) makes the network and loads the weights`]
      : []),
  ];
  const first = steps.length === 0 ? '' : `${steps.join(', ')}, then `;
  return `${first}${serveWithPython(requested, more)}`;
}

const SCRIPT = 'inference.py';

/** The line that runs a file with Python, with the options that were given and more. */
export const serveWithPython = ({ path, options }: RequestedOptions, more: readonly string[]): string =>
  ['plimsoll serve', shellWord(path), '--runtime python --trust', ...options, ...more].join(' ');
