import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A program that answers the same input again and again when it is told to, and says how long each call took. */
export interface Subject {
  /** Milliseconds of each of so many calls with a batch of `rows`, one after the other. */
  measure(rows: number, calls: number): Promise<readonly number[]>;
  /** Its answer to the input of `rows`. */
  answer(rows: number): Promise<Float32Array>;
  /** Of its process. */
  readonly pid: number;
  stop(): Promise<void>;
}

/**
 * Starts a program that reads lines `measure ROWS CALLS` and `answer ROWS`, and writes a line of JSON for each: milliseconds, or
 * float32 as base64.
 */
export function startSubject(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Subject> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const ask = async (question: string): Promise<unknown> => {
    child.stdin.write(`${question}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error(`${command.join(' ')} has ended`);
    return JSON.parse(value);
  };
  return Promise.resolve({
    measure: async (rows, calls) => (await ask(`measure ${rows} ${calls}`)) as number[],
    answer: async (rows) => floatsOf(Buffer.from((await ask(`answer ${rows}`)) as string, 'base64')),
    pid: child.pid ?? 0,
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  });
}

/** Numbers at an offset that a Float32Array takes. */
export const floatsOf = (bytes: Uint8Array): Float32Array => new Float32Array(Uint8Array.from(bytes).buffer);
