import { elementAt } from '../core/element-at.ts';
import { PlimsollError } from '../core/errors.ts';
import type { PackageLock, PythonInterpreter } from './environment.ts';
import { chooseInterpreter, findInterpreters, fittingInterpreters, minorOf } from './interpreters.ts';
import { lockNotes } from './lock-notes.ts';
import { lockOf, type PinnedPackage } from './lock-text.ts';
import { formatRequirement, type PackageRequirement, parseRequirements } from './requirements.ts';
import type { ResolutionFailure } from './resolution-failure.ts';
import { type ResolvedPackages, resolveBounded } from './resolve.ts';
import { findUv, type UvProgram } from './uv.ts';

/** What a lock is made of. */
export interface LockRequest {
  /** What the person gave, as text. */
  readonly requirements: { readonly path: string; readonly text: string } | null;
  /** Lines deduced from the model's file (`scikit-learn==1.2.2`); they count where the person gave none. */
  readonly guessed: readonly string[];
  /** Version of Python that is wanted (`3.11`), or null: the newest for which everything is there. */
  readonly python: string | null;
  /** Whether packages without a wheel may be built, which runs their code outside any sandbox. */
  readonly allowBuild: boolean;
  readonly dataDir: string;
  readonly onProgress?: (message: string) => void;
}

/** A lock, and how it was arrived at. */
export type MadeLock = PackageLock & {
  readonly interpreter: PythonInterpreter;
  /** Sentences for the person: what was resolved to what, which Python stands in for which. */
  readonly notes: readonly string[];
};

/** What was found for one Python. */
interface Attempt {
  readonly interpreter: PythonInterpreter;
  readonly resolved: ResolvedPackages;
}

/**
 * Pins every package that the requirements need, with hashes: exact versions stay, ranges are resolved to the newest
 * today, hashes that the person gave count instead of the index's. Throws PYTHON_NOT_FOUND, PYTHON_TOOL_MISSING,
 * REQUIREMENTS_INVALID and REQUIREMENTS_UNRESOLVED.
 */
export async function makeLock(request: LockRequest): Promise<MadeLock> {
  const guessed = request.requirements === null;
  const { path, text } = request.requirements ?? {
    path: 'what the model needs',
    text: request.guessed.join('\n'),
  };
  const requirements = parseRequirements(text, path);
  const found = await findInterpreters();
  const chosen = chooseInterpreter(request.python, found);
  const candidates = onePerMinor(fittingInterpreters(request.python, found));
  const { attempt, failures } =
    requirements.length === 0
      ? { attempt: { interpreter: chosen, resolved: NOTHING }, failures: [] }
      : await attemptAll(request, requirements, candidates);
  if (attempt === null) throw unresolved(request, requirements, path, failures);
  const { interpreter, resolved } = attempt;
  const pins = resolved.pins.map((pin) => withGivenHashes(pin, requirements));
  const lock = lockOf(pins, minorOf(interpreter.version));
  const notes = lockNotes({
    requirements,
    guessed,
    resolved,
    wanted: request.python,
    interpreter,
    passedOver: failures,
  });
  return { ...lock, interpreter, notes };
}

const NOTHING: ResolvedPackages = { pins: [], kept: [], broken: [] };

/**
 * The first Python, newest first, for which everything is there as wheels; else one where a bound that we know of is
 * broken; else, where that is allowed, one for which what has no wheel can be built.
 */
async function attemptAll(
  request: LockRequest,
  requirements: readonly PackageRequirement[],
  candidates: readonly PythonInterpreter[],
): Promise<{ attempt: Attempt | null; failures: readonly ResolutionFailure[] }> {
  const uv = await findUv();
  const failures: ResolutionFailure[] = [];
  let second: Attempt | null = null;
  for (const build of request.allowBuild ? [false, true] : [false]) {
    for (const interpreter of candidates) {
      const python = minorOf(interpreter.version);
      request.onProgress?.(`looking for packages for Python ${python}`);
      const resolved = await resolveBounded(resolutionOf(uv, interpreter, requirements, build));
      if ('reason' in resolved) {
        failures.push({ ...resolved, python });
        if (!resolved.otherPython) return { attempt: null, failures: [{ ...resolved, python }] };
      } else if (resolved.broken.length === 0) {
        return { attempt: { interpreter, resolved }, failures };
      } else {
        second ??= { interpreter, resolved };
      }
    }
    if (second !== null) break;
  }
  return { attempt: second, failures };
}

const resolutionOf = (
  uv: UvProgram,
  interpreter: PythonInterpreter,
  requirements: readonly PackageRequirement[],
  build: boolean,
): Parameters<typeof resolveBounded>[0] => ({
  uv,
  interpreter,
  lines: requirements.map(formatRequirement),
  pinned: new Set(requirements.filter(({ pin }) => pin === 'exact').map(({ name }) => name)),
  build,
});

/** Patch releases of one minor version have the same wheels. */
const onePerMinor = (found: readonly PythonInterpreter[]): readonly PythonInterpreter[] =>
  found.filter(
    ({ version }, index) => found.findIndex((other) => minorOf(other.version) === minorOf(version)) === index,
  );

/** A hash that the person gave is a stronger word than the index's. */
function withGivenHashes(pin: PinnedPackage, requirements: readonly PackageRequirement[]): PinnedPackage {
  const given = requirements.filter(({ name }) => name === pin.name).flatMap(({ hashes }) => hashes);
  return given.length === 0 ? pin : { ...pin, hashes: [...new Set(given)] };
}

function unresolved(
  { python, allowBuild }: LockRequest,
  requirements: readonly PackageRequirement[],
  path: string,
  failures: readonly ResolutionFailure[],
): PlimsollError {
  const shown = requirements.slice(0, 3).map(formatRequirement).join(', ');
  const what = requirements.length > 3 ? `the ${requirements.length} lines of ${path}` : shown;
  const failure = elementAt(failures, 0);
  const versions = [...new Set(failures.map((one) => one.python))];
  const ways = [
    `choose a version of it that has one${python === null ? '' : ', or another Python: --python'}`,
    ...(allowBuild ? [] : ['let it be built, which runs its own code on this machine: --allow build']),
  ];
  return new PlimsollError('REQUIREMENTS_UNRESOLVED', {
    what,
    python: versions.join(', '),
    reason: failure.reason,
    way:
      failure.wheelless !== null
        ? `Two ways on: ${ways.join('; or ')}`
        : 'Give versions that go together: --requirements FILE; or another Python: --python 3.11',
  });
}
