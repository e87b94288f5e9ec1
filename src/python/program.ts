import { spawn } from 'node:child_process';

/** How a program is run. */
export interface RunOptions {
  /** Milliseconds; past them it is killed. */
  readonly limitMillis: number;
  /** Fed to its standard input. */
  readonly input?: string;
  /** Set on top of this process's environment; `undefined` removes a variable. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** What became of a program. */
export interface RunResult {
  /** Exit status; null where it was killed or never ran. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Why it did not come to its own end, or null. */
  readonly stopped: string | null;
}

/** Bytes of output that are kept, of each stream; the lock of a few hundred packages takes about one million. */
const OUTPUT_LIMIT = 32 * 1024 * 1024;

/**
 * Runs a program to its end and keeps what it says. It runs in the root folder: whatever lies beside a model (settings of
 * tools, modules, version files) must not steer it. Variables of Python are not passed on. Never throws.
 */
export function runPythonProgram(
  command: string,
  args: readonly string[],
  { limitMillis, input, environment }: RunOptions,
): Promise<RunResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: '/',
      env: { ...withoutPython(process.env), ...environment },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    let stopped: string | null = null;
    const stop = (reason: string): void => {
      stopped ??= reason;
      killGroup(child.pid);
    };
    const timer = setTimeout(() => stop(`it took longer than ${limitMillis / 1000} s`), limitMillis);
    const stdout = collect(child.stdout, () => stop('it says too much'));
    const stderr = collect(child.stderr, () => stop('it says too much'));
    const finish = (status: number | null): void => {
      clearTimeout(timer);
      resolve({ status: stopped === null ? status : null, stdout: stdout(), stderr: stderr(), stopped });
    };
    child.once('error', ({ message }) => {
      stopped ??= message;
      finish(null);
    });
    child.once('close', (status, signal) => {
      if (signal !== null) stopped ??= `it was ended by ${signal}`;
      finish(status);
    });
    // It may end before it has read all; that is its own affair.
    child.stdin.once('error', () => undefined);
    child.stdin.end(input ?? '');
  });
}

/** A program may have started others (builds, bytecode): they end with it. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended by itself meanwhile.
  }
}

function collect(stream: NodeJS.ReadableStream, overflow: () => void): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > OUTPUT_LIMIT) overflow();
    else chunks.push(chunk);
  });
  return () => Buffer.concat(chunks).toString('utf8');
}

/** `PYTHONPATH` and its like would bring modules of the host into what is asked and built. */
function withoutPython(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !/^(PYTHON|VIRTUAL_ENV$)/.test(name)),
  );
}
