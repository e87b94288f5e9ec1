import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type ErrorCode, type ErrorDetails, PlimsollError } from '../core/errors.ts';
import { asCodedError } from '../core/parts.ts';
import { limitedCommand, sacrificeFirst } from '../process/memory-limit.ts';

/** What a short-lived process is asked for; nothing but plain data crosses. */
export interface ChildJob<Note> {
  /** `new URL('./x.child.ts', import.meta.url)`, so that the build finds it. */
  readonly entry: URL;
  readonly execArgv: readonly string[];
  /** Bytes of memory that it may take, that of native code included; null for no limit. */
  readonly memoryBytes: number | null;
  readonly request: unknown;
  readonly limitMillis: number;
  /** The error for a child that takes longer, and for one that ends without a word. */
  late(): PlimsollError;
  ended(reason: string): PlimsollError;
  /** Hears what the child says on its way; what it throws ends the child. */
  hear(note: Note): void | Promise<void>;
}

type ChildMessage =
  | { readonly kind: 'note'; readonly note: unknown }
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'refused'; readonly error: { code: ErrorCode; details: ErrorDetails } };

/** Has a child process do one piece of work, and answers what it answered; the child has ended by then. */
export function inChild<Result, Note>(job: ChildJob<Note>): Promise<Result> {
  const child = start(job);
  sacrificeFirst(child.pid);
  return new Promise((resolve, reject) => {
    let outcome: (() => void) | null = null;
    let heard: Promise<void> = Promise.resolve();
    const fail = (error: unknown): void => {
      outcome ??= () => reject(error);
      child.kill('SIGKILL');
    };
    const timer = setTimeout(() => fail(job.late()), job.limitMillis);
    child.on('message', (message: ChildMessage) => {
      if (message.kind === 'note') heard = heard.then(() => job.hear(message.note as Note)).catch(fail);
      if (message.kind === 'done') outcome ??= () => resolve(message.result as Result);
      if (message.kind === 'refused') outcome ??= () => reject(PlimsollError.from(message.error));
    });
    const ended = (reason: string): void => {
      clearTimeout(timer);
      void heard.then(() => (outcome ?? (() => reject(job.ended(reason))))());
    };
    child.on('error', (error) => ended(error.message));
    // Not 'exit', which may come before the child's last message.
    child.on('close', (code, signal) => ended(signal ?? `code ${code}`));
    // A child that is gone already says so by 'close'.
    child.send(job.request as object, () => undefined);
  });
}

function start({
  entry,
  execArgv,
  memoryBytes,
}: Pick<ChildJob<never>, 'entry' | 'execArgv' | 'memoryBytes'>): ChildProcess {
  const node = { command: process.execPath, args: [...execArgv, fileURLToPath(entry)] };
  const { command, args } = memoryBytes === null ? node : limitedCommand(node, memoryBytes);
  return spawn(command, args, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
}

/** The other side: does the one piece of work that the parent asks for, answers, and ends. */
export function answerParent<Request, Note>(
  action: string,
  work: (request: Request, say: (note: Note) => void) => Promise<unknown>,
): void {
  const say = (message: ChildMessage): void => {
    // Whoever listened may be gone: 'disconnect' says so, too.
    process.send?.(message, undefined, undefined, () => undefined);
  };
  // Whoever asked is gone: nobody would stop a file that takes for ever.
  const abandon = (): never => process.exit(1);
  process.once('disconnect', abandon);
  process.once('message', async (request: Request) => {
    try {
      const result = await work(request, (note) => say({ kind: 'note', note }));
      say({ kind: 'done', result });
    } catch (error) {
      const { code, details } = asCodedError(error, action);
      say({ kind: 'refused', error: { code, details } });
    }
    process.off('disconnect', abandon);
    process.disconnect();
  });
}
