import { PlimsollError } from '../core/errors.ts';
import { type NodeOptions, startNode } from './child-process.ts';
import { type ErrorMessage, toErrorMessage } from './messages.ts';

/** What a short-lived process is asked for; nothing but plain data crosses. */
export interface ChildJob<Note> extends Required<Pick<NodeOptions, 'execArgv' | 'memoryBytes'>> {
  /** `new URL('./x.child.ts', import.meta.url)`, so that the build finds it. */
  readonly entry: URL;
  readonly request: object;
  readonly limitMillis: number;
  /** Ends the child; its reason is thrown. */
  readonly signal?: AbortSignal;
  /** The error for a child that takes longer, and for one that ends without a word. */
  late(): PlimsollError;
  ended(reason: string): PlimsollError;
  /** Hears what the child says on its way; what it throws ends the child. */
  hear(note: Note): void | Promise<void>;
}

type ChildJobMessage =
  | { readonly kind: 'note'; readonly note: unknown }
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'refused'; readonly error: ErrorMessage };

/** Has a child process do one piece of work, and answers what it answered; the child has ended by then. */
export async function runChildJob<Result, Note>(job: ChildJob<Note>): Promise<Result> {
  const { entry, execArgv, memoryBytes, request, limitMillis } = job;
  const child = startNode(entry, { execArgv, memoryBytes, isSacrificed: true });
  let outcome: (() => Result) | null = null;
  let heard: Promise<void> = Promise.resolve();
  const fail = (error: unknown): void => {
    outcome ??= () => {
      throw error;
    };
    child.kill();
  };
  const abort = (): void => fail(job.signal?.reason);
  job.signal?.addEventListener('abort', abort);
  const timer = setTimeout(() => fail(job.late()), limitMillis);
  child.onMessage((heardMessage) => {
    const message = heardMessage as ChildJobMessage;
    if (message.kind === 'note') heard = heard.then(() => job.hear(message.note as Note)).catch(fail);
    if (message.kind === 'done') outcome ??= () => message.result as Result;
    if (message.kind === 'refused')
      outcome ??= () => {
        throw PlimsollError.from(message.error);
      };
  });
  child.send(request);
  const { reason } = await child.ended;
  clearTimeout(timer);
  job.signal?.removeEventListener('abort', abort);
  await heard;
  const answer = outcome as (() => Result) | null;
  if (answer === null) throw job.ended(reason);
  return answer();
}

/** The other side: does the one piece of work that the parent asks for, answers, and ends. */
export function answerChildJob<Request, Note>(
  action: string,
  work: (request: Request, say: (note: Note) => void) => Promise<unknown>,
): void {
  const say = (message: ChildJobMessage): void => {
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
      say({ kind: 'refused', error: toErrorMessage(error, action) });
    }
    process.off('disconnect', abandon);
    process.disconnect();
  });
}
