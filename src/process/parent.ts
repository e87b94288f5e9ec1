/** The other side of a worker's slot: what a supervised process hears from the one that started it, and says to it. */
import { toErrorMessage } from './messages.ts';

export interface ParentChannel<In, Out> {
  /** Says something; calls `sent` once it is on its way. A parent that is gone hears nothing: `onGone` tells of it. */
  send(message: Out, sent?: () => void): void;
  onMessage(listener: (message: In) => void): void;
  /** Called once, when this process is to leave: it was told so, or got a SIGTERM. Answers what calls it, too. */
  onLeave(leave: () => Promise<void>): () => Promise<void>;
  /** What the end of the parent means. @default an end at once, with exit code 1 */
  onGone(gone: () => void): void;
  /** It cannot do what it is there for: says so, and ends. */
  refuse(error: unknown): void;
}

/** Has `run` do what the parent starts this process for: its message of the kind `start`, with a socket where one comes along. */
export function obeyParent<In extends { readonly kind: string }, Out extends { readonly kind: string }>(
  run: (
    start: Extract<In, { readonly kind: 'start' }>,
    parent: ParentChannel<In, Out>,
    handle: object,
  ) => Promise<void>,
): void {
  let gone = (): void => process.exit(1);
  const send = (message: object, sent: () => void = () => undefined): void => {
    if (process.connected) process.send?.(message, undefined, undefined, sent);
    else sent();
  };
  const parent: ParentChannel<In, Out> = {
    send,
    onMessage: (listener) => void process.on('message', listener),
    onLeave(leave) {
      let left: Promise<void> | null = null;
      const once = (): Promise<void> => {
        left ??= leave();
        return left;
      };
      process.on('message', (message: In) => message.kind === 'leave' && void once());
      process.on('SIGTERM', once);
      return once;
    },
    onGone(then) {
      gone = then;
    },
    refuse: (error) => send({ kind: 'refused', error: toErrorMessage(error) }, () => process.exit(1)),
  };
  // A terminal sends its Ctrl-C to every process of the command; what it means is for the parent to say.
  process.on('SIGINT', () => undefined);
  process.once('disconnect', () => gone());
  process.once('message', (message: In, handle: unknown) => {
    if (message.kind !== 'start') return;
    const start = message as Extract<In, { readonly kind: 'start' }>;
    run(start, parent, handle as object).catch(parent.refuse);
  });
}
