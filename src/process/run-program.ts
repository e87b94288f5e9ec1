import { type Readable, Writable } from 'node:stream';
import { type ChildOptions, ChildProcess } from './child-process.ts';

/** How a program is run. */
export interface RunOptions extends Pick<ChildOptions, 'cwd' | 'env' | 'ownsGroup'> {
  /** Milliseconds; past them it is killed. @default no limit */
  readonly limitMillis?: number | undefined;
  /** Fed to its standard input. @default nothing */
  readonly input?: string | undefined;
  /** Bytes of output that are kept, of each stream; one that says more is killed. */
  readonly maxOutputBytes: number;
}

/** What became of a program. */
export interface RunResult {
  /** Exit status; null where it was killed or never ran. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Why it did not come to its own end, or null. */
  readonly stopped: string | null;
  /** Whether there is no such program. */
  readonly isMissing: boolean;
}

/** Runs a program to its end and keeps what it says. Never throws. */
export async function runProgram(
  command: string,
  args: readonly string[],
  { limitMillis, input = '', maxOutputBytes, ...options }: RunOptions,
): Promise<RunResult> {
  const child = new ChildProcess({ command, args, ...options, stdio: ['pipe', 'pipe', 'pipe'] });
  const [stdin] = child.stdio;
  const [stdout, stderr] = child.outputs.map((stream) =>
    collect(stream, maxOutputBytes, () => child.kill('it says too much')),
  );
  // It may end before it has read all; that is its own affair.
  stdin?.once('error', () => undefined);
  if (stdin instanceof Writable) stdin.end(input);
  const late = (): unknown => child.kill(`it took longer than ${(limitMillis ?? 0) / 1000} s`);
  const timer = limitMillis === undefined ? undefined : setTimeout(late, limitMillis);
  const { code, reason, isKilled, hasStarted } = await child.ended;
  clearTimeout(timer);
  const isOwnEnd = code !== null && !isKilled;
  return {
    status: isOwnEnd ? code : null,
    ...{ stdout: stdout?.() ?? '', stderr: stderr?.() ?? '' },
    stopped: isOwnEnd ? null : reason,
    isMissing: !hasStarted && reason.endsWith('ENOENT'),
  };
}

function collect(stream: Readable | null, maxBytes: number, overflow: () => void): () => string {
  const chunks: Buffer[] = [];
  let bytes = 0;
  stream?.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxBytes) overflow();
    else chunks.push(chunk);
  });
  return () => Buffer.concat(chunks).toString('utf8');
}
