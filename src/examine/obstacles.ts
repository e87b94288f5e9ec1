/** What stands in the way of serving a model, from what was read of its file. Pure. */
import type { CompileBlocker } from '../model/blocker.ts';
import { type NamedGlobal, WHICH_MODEL } from '../model/description.ts';
import { LET_PYTHON, wayPast } from '../model/way-past.ts';
import type { EngineReport, EngineReports } from './engines.ts';

/** What stands in the way of compiling it, and the way on. */
export interface CompileObstacle {
  /** Step, class and byte, as far as they are known. */
  readonly where: string;
  readonly what: string;
  readonly way: string;
}

interface Read {
  readonly globals: readonly NamedGlobal[];
  readonly blockers: readonly CompileBlocker[];
  readonly engines: EngineReports | null;
}

/** Blockers that are shown; a file may have thousands of the same. */
const OBSTACLES = 20;
const WITHOUT_IT = 'save the model without it, where it was trained';

/** The first name in a file through which a loader runs code. */
export const dangerIn = (globals: readonly NamedGlobal[]): NamedGlobal | null =>
  globals.find(({ meaning }) => meaning === 'dangerous') ?? null;

/** Empty where an engine runs it. `wayOn` says what to do about a blocker. */
export function obstaclesIn(
  { globals, blockers, engines }: Read,
  wayOn: (blocker: CompileBlocker) => string = wayOrPython,
): readonly CompileObstacle[] {
  const danger = dangerIn(globals);
  if (danger !== null) {
    const name = `${danger.module}.${danger.name}`;
    return [{ where: 'the file', what: `it names ${name}, which runs code on loading`, way: WITHOUT_IT }];
  }
  if (blockers.length > 0)
    return blockers.slice(0, OBSTACLES).map((blocker) => ({
      where: `${blocker.path || 'the model'} (${blocker.class}) at byte ${blocker.offset}`,
      what: `${blocker.field} is ${blocker.found}${blocker.field === WHICH_MODEL ? '' : `, ${blocker.wanted} supported`}`,
      way: wayOn(blocker),
    }));
  if (engines === null || engines.native.runs || engines.onnx.runs) return [];
  return Object.entries(engines).map(([name, { reason }]: [string, EngineReport]) => ({
    where: name,
    what: reason ?? '',
    way: 'replace that step, and save the model again',
  }));
}

function wayOrPython(blocker: CompileBlocker): string {
  const { way, isPythonOfUse } = wayPast(blocker);
  return isPythonOfUse ? `${way}; or, ${LET_PYTHON}` : way;
}

/** Members that may be meant, of a file that holds several models; scalers and encoders come before what predicts. */
export const membersIn = (blockers: readonly CompileBlocker[]): readonly string[] =>
  blockers.flatMap(({ field, wanted }) =>
    field === WHICH_MODEL
      ? [...wanted.matchAll(/--member ([^\s;]+)(?= or|;)/g)].flatMap(([, name]) => name ?? [])
      : [],
  );
