import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { PlimsollError } from '../core/errors.ts';
import type { PythonInterpreter } from './environment.ts';
import { interpreterPlaces } from './interpreter-places.ts';
import { runPythonProgram } from './program.ts';
import { compareVersions } from './versions.ts';

/** Oldest version that workers run with. */
const OLDEST = '3.8';

/** Milliseconds that a Python may take to say what it is. */
const ASK_MILLIS = 5_000;

/** Run by each program found, without its site-packages: they could hold code that runs at every start. */
const QUESTION = `
import json, sys, sysconfig
print(json.dumps({
    "version": "%d.%d.%d" % sys.version_info[:3],
    "release": sys.version_info[3] == "final",
    "implementation": sys.implementation.name,
    "base": sys.base_prefix,
    "executable": sys.executable,
    "wide": sys.maxsize > 2 ** 32,
    "threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
}))`;

interface Reply {
  readonly version: string;
  readonly release: boolean;
  readonly implementation: string;
  readonly base: string;
  readonly executable: string;
  readonly wide: boolean;
  readonly threaded: boolean;
}

let known: Promise<readonly PythonInterpreter[]> | null = null;

/**
 * Every CPython 3.8 or newer that is installed here (64 bits, releases, with the global lock: what wheels are made for),
 * newest first; the one that PLIMSOLL_PYTHON names comes before all. Virtual environments count as what they are made of.
 * Each is asked once a process. It starts programs, so that it is called only where a person trusts a model.
 */
export function findInterpreters(): Promise<readonly PythonInterpreter[]> {
  known ??= searchInterpreters(process.env);
  return known;
}

/** As `findInterpreters`, for given variables, asking anew. */
export async function searchInterpreters(
  variables: Readonly<Record<string, string | undefined>>,
): Promise<readonly PythonInterpreter[]> {
  const places = [...new Set(interpreterPlaces(variables).map(resolveLink))];
  const asked = (await Promise.all(places.map(askInterpreter))).filter((found) => found !== null);
  const found = [...new Map(asked.map((interpreter) => [interpreter.path, interpreter])).values()];
  const named = variables['PLIMSOLL_PYTHON'] ? resolveLink(variables['PLIMSOLL_PYTHON']) : null;
  const preferred = named === null ? null : await askInterpreter(named);
  const rank = ({ path }: PythonInterpreter): number => (path === preferred?.path ? 0 : 1);
  return found.sort(
    (left, right) => rank(left) - rank(right) || compareVersions(right.version, left.version),
  );
}

const resolveLink = (path: string): string => {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
};

/** What a program says that it is; null where it is no Python that models can be run with. */
async function askInterpreter(path: string): Promise<PythonInterpreter | null> {
  const { status, stdout } = await runPythonProgram(path, ['-I', '-S', '-c', QUESTION], {
    limitMillis: ASK_MILLIS,
  });
  const reply = status === 0 ? parseReply(stdout) : null;
  if (reply === null) return null;
  const usable = reply.implementation === 'cpython' && reply.release && reply.wide && !reply.threaded;
  if (!usable || compareVersions(reply.version, OLDEST) < 0) return null;
  return { version: reply.version, path: executableOf(reply) };
}

/** A shim says where the real one is, a virtual environment what it is made of. */
function executableOf({ version, base, executable }: Reply): string {
  const inBase = join(base, 'bin', `python${minorOf(version)}`);
  return resolveLink(existsSync(inBase) ? inBase : executable);
}

/** Any program may be at such a path: what it says is taken only where it has the shape that was asked for. */
function parseReply(text: string): Reply | null {
  try {
    const reply = JSON.parse(text) as Partial<Record<keyof Reply, unknown>> | null;
    const texts = [reply?.version, reply?.implementation, reply?.base, reply?.executable];
    const fits =
      texts.every((value) => typeof value === 'string') && /^3\.\d+\.\d+$/.test(`${reply?.version}`);
    return fits ? (reply as Reply) : null;
  } catch {
    return null;
  }
}

/** `3.11.7` → `3.11`. */
export const minorOf = (version: string): string => version.split('.').slice(0, 2).join('.');

/**
 * The interpreter that is wanted (`3`, `3.11`, `3.11.7`; null: the first, which is the newest). Where a patch release is
 * not there, another one of the same minor version stands in for it: pickles and wheels depend on the minor version alone.
 * Throws PYTHON_NOT_FOUND with the versions that were found.
 */
export function chooseInterpreter(
  wanted: string | null,
  found: readonly PythonInterpreter[],
): PythonInterpreter {
  const chosen = fittingInterpreters(wanted, found)[0];
  if (chosen !== undefined) return chosen;
  const versions = [...new Set(found.map(({ version }) => version))].join(', ');
  const minor = /^3\.\d+/.exec(wanted ?? '')?.[0] ?? '3.12';
  throw new PlimsollError('PYTHON_NOT_FOUND', {
    wanted: wanted ?? `${OLDEST} or newer`,
    found: versions || 'none',
    way:
      compareVersions(minor, OLDEST) < 0
        ? 'Workers run with Python 3.8 or newer: choose a newer one'
        : install(minor),
  });
}

const install = (minor: string): string =>
  `Install it (for example \`uv python install ${minor}\`), name its program with PLIMSOLL_PYTHON, or choose one that is there: --python`;

/** All that fit, the best first. */
export function fittingInterpreters(
  wanted: string | null,
  found: readonly PythonInterpreter[],
): readonly PythonInterpreter[] {
  if (wanted === null) return found;
  if (!/^3(\.\d{1,3}){0,2}$/.test(wanted)) return [];
  const fitting = (version: string): PythonInterpreter[] =>
    found.filter((one) => one.version === version || one.version.startsWith(`${version}.`));
  const exact = fitting(wanted);
  return exact.length > 0 ? exact : wanted.split('.').length === 3 ? fitting(minorOf(wanted)) : [];
}
