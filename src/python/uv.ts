import { homedir } from 'node:os';
import { join } from 'node:path';
import { required } from '../core/element-at.ts';
import { PlimsollError } from '../core/errors.ts';
import type { RunResult } from '../process/run-program.ts';
import type { PythonInterpreter } from './environment.ts';
import { isProgram, pathFolders } from './interpreter-places.ts';
import { findInterpreters } from './interpreters.ts';
import { pipSettings } from './pip-settings.ts';
import { runPythonProgram } from './program.ts';
import { compareVersions } from './versions.ts';

/** Oldest uv that knows all options that are used here. */
const OLDEST_UV = '0.4.20';

const ASK_MILLIS = 10_000;

/** The program that resolves and installs packages. */
export interface UvProgram {
  readonly version: string;
  /** Runs it; `limitMillis` bounds it. Never throws. */
  run(
    args: readonly string[],
    options: { readonly input?: string; readonly limitMillis: number },
  ): Promise<RunResult>;
}

let known: Promise<UvProgram> | null = null;

/**
 * The uv of this machine: PLIMSOLL_UV, PATH, where its installers put it, or a module of an installed Python. Throws
 * PYTHON_TOOL_MISSING; what was not found is looked for anew at the next call.
 */
export async function findUv(): Promise<UvProgram> {
  known ??= searchUv(process.env);
  try {
    return await known;
  } catch (error) {
    known = null;
    throw error;
  }
}

/** As `findUv`, for given variables and interpreters that may have it as a module, asking anew. */
export async function searchUv(
  variables: Readonly<Record<string, string | undefined>>,
  interpreters: () => Promise<readonly PythonInterpreter[]> = findInterpreters,
): Promise<UvProgram> {
  const tooOld: string[] = [];
  for (const command of programs(variables)) {
    const version = await askVersion(command);
    if (version !== null && compareVersions(version, OLDEST_UV) >= 0)
      return makeUv(command, version, variables);
    if (version !== null) tooOld.push(version);
    // A program that was named is meant; another one would come as a surprise.
    if (command[0] === variables['PLIMSOLL_UV']) throw missing(tooOld[0] ?? null, command[0] ?? null);
  }
  for (const { path } of await interpreters()) {
    const command = [path, '-I', '-m', 'uv'];
    const version = await askVersion(command);
    if (version !== null && compareVersions(version, OLDEST_UV) >= 0)
      return makeUv(command, version, variables);
  }
  throw missing(tooOld[0] ?? null, null);
}

const missing = (version: string | null, path: string | null): PlimsollError =>
  new PlimsollError('PYTHON_TOOL_MISSING', {
    found:
      version !== null
        ? `uv ${version} is here`
        : path !== null
          ? `PLIMSOLL_UV names "${path}", which is no uv`
          : 'there is no uv here',
    wanted: OLDEST_UV,
  });

function programs(variables: Readonly<Record<string, string | undefined>>): readonly (readonly string[])[] {
  const home = variables['HOME'] || homedir();
  const named = variables['PLIMSOLL_UV'];
  if (named) return [[named]];
  const folders = [
    ...pathFolders(variables),
    join(home, '.local/bin'),
    join(home, '.cargo/bin'),
    '/opt/homebrew/bin',
  ];
  return [...new Set(folders)]
    .map((folder) => join(folder, 'uv'))
    .filter(isProgram)
    .map((path) => [path]);
}

async function askVersion([program, ...args]: readonly string[]): Promise<string | null> {
  const { status, stdout } = await runPythonProgram(required(program, 'uv'), [...args, '--version'], {
    limitMillis: ASK_MILLIS,
  });
  return status === 0 ? (/^uv (\d+(?:\.\d+)+)/.exec(stdout)?.[1] ?? null) : null;
}

const SETTINGS = {
  // Interpreters are those that a person installed.
  UV_PYTHON_DOWNLOADS: 'never',
  UV_NO_PROGRESS: '1',
  NO_COLOR: '1',
  // Bytecode is made here, for what is used only.
  UV_COMPILE_BYTECODE: undefined,
};

function makeUv(
  [program, ...first]: readonly string[],
  version: string,
  variables: Readonly<Record<string, string | undefined>>,
): UvProgram {
  return {
    version,
    run: (args, options) =>
      runPythonProgram(required(program, 'uv'), [...first, ...args], {
        ...options,
        // Where packages come from is asked with each call: it may be told while a server runs.
        environment: { ...pipSettings(variables), ...SETTINGS },
      }),
  };
}
