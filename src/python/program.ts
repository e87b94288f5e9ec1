import { type RunResult, runProgram } from '../process/run-program.ts';

/** How a program is run for Python. */
export interface PythonRunOptions {
  /** Milliseconds; past them it is killed. */
  readonly limitMillis: number;
  /** Fed to its standard input. */
  readonly input?: string;
  /** Set on top of this process's environment; `undefined` removes a variable. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** The lock of a few hundred packages takes about one million bytes. */
const MAX_OUTPUT_BYTES = 32 * 1024 * 1024;

/**
 * Runs an interpreter or a tool of Python's to its end, with all that it starts (builds, bytecode). It runs in the root folder:
 * whatever lies beside a model (settings of tools, modules, version files) must not steer it. Variables of Python are not
 * passed on. Never throws.
 */
export const runPythonProgram = (
  command: string,
  args: readonly string[],
  { limitMillis, input, environment }: PythonRunOptions,
): Promise<RunResult> =>
  runProgram(command, args, {
    ...{ limitMillis, input, cwd: '/', ownsGroup: true, maxOutputBytes: MAX_OUTPUT_BYTES },
    env: { ...withoutPython(process.env), ...environment },
  });

/** `PYTHONPATH` and its like would bring modules of the host into what is asked and built. */
function withoutPython(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !/^(PYTHON|VIRTUAL_ENV$)/.test(name)),
  );
}
