import { type ChildProcess as NodeChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { toError } from '../core/error-text.ts';
import { limitedCommand, type ProcessCommand, sacrificeFirst, watchMemory } from './memory-limit.ts';

/** How a process has ended. */
export interface ExitStatus {
  /** In words: `exit code 3`, `killed by SIGSEGV`, or what it was ended for. */
  readonly reason: string;
  /** Null where a signal has ended it, or it never ran. */
  readonly code: number | null;
  /** Whether it was ended from here. */
  readonly isKilled: boolean;
  /** False where the system had no such program, or no descriptor, process or memory for it. */
  readonly hasStarted: boolean;
}

export interface ChildOptions
  extends ProcessCommand,
    Pick<SpawnOptions, 'cwd' | 'env' | 'stdio' | 'serialization'> {
  /**
   * Whether it has a group of its own: it is killed with all that it has started, and the terminal's Ctrl-C does not reach it.
   * @default {false}
   */
  readonly ownsGroup?: boolean | undefined;
  /**
   * Milliseconds after its exit in which what it sent may still arrive: its own children may keep its pipes open.
   * @default {Infinity}
   */
  readonly drainMillis?: number | undefined;
  /** Whether the kernel is to end it before others where memory is out. @default {false} */
  readonly isSacrificed?: boolean | undefined;
  /** Bytes of memory after which it is ended here, where nothing else keeps it to them; null where something does. */
  readonly watchedBytes?: number | null | undefined;
}

/** A child process: spoken to over its pipes or by messages, ended gently or at once, and heard of when it has ended. */
export class ChildProcess {
  /** Settles once it has ended and all that it sent has arrived; never rejects. */
  readonly ended: Promise<ExitStatus>;
  readonly #process: NodeChildProcess | null;
  readonly #ownsGroup: boolean;
  #killedFor: string | null = null;
  #isKilled = false;

  constructor(options: ChildOptions) {
    const {
      command,
      args,
      ownsGroup = false,
      drainMillis,
      isSacrificed,
      watchedBytes = null,
      ...rest
    } = options;
    this.#ownsGroup = ownsGroup;
    try {
      this.#process = spawn(command, args, { ...rest, detached: ownsGroup });
    } catch (error) {
      // Node throws for want of memory, and has the child tell it for want of descriptors or processes.
      this.#process = null;
      this.ended = Promise.resolve(notStarted(toError(error)));
      return;
    }
    this.ended = this.#follow(this.#process, drainMillis);
    if (isSacrificed) sacrificeFirst(this.pid);
    if (watchedBytes !== null && this.pid !== undefined) this.#watch(this.pid, watchedBytes);
  }

  /** Undefined where it could not be started. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Of a process that could be started: its pipes, by number. */
  get stdio(): NodeChildProcess['stdio'] {
    return this.#process?.stdio ?? [null, null, null, null, null];
  }

  /** What it writes into: standard output, standard error and what else it was given; null where that is not piped. */
  get outputs(): readonly (Readable | null)[] {
    return this.stdio.slice(1).map((stream) => (stream instanceof Readable ? stream : null));
  }

  /** Whether messages reach it. */
  get isConnected(): boolean {
    return this.#process?.connected === true;
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#process?.on('message', listener);
  }

  /**
   * Sends a message, and a socket with it; calls `sent` once it is on its way. False where the child is gone: that is heard of
   * by its end.
   */
  send(
    message: object | string,
    { handle, sent }: { handle?: object | undefined; sent?: (() => void) | undefined } = {},
  ): boolean {
    if (!this.isConnected) return false;
    this.#process?.send(message, handle as never, undefined, () => sent?.());
    return true;
  }

  /** Closes the channel of messages: the other side hears of it. */
  disconnect(): void {
    if (this.isConnected) this.#process?.disconnect();
  }

  /** Whether it keeps this process alive. */
  hold(holds: boolean): void {
    if (this.pid === undefined) return;
    if (holds) this.#process?.ref();
    else this.#process?.unref();
  }

  signal(signal: NodeJS.Signals): void {
    this.#process?.kill(signal);
  }

  /** Ends it at once, with its group; `reason` is what `ended` says then. False where it has ended already. */
  kill(reason: string | null = null): boolean {
    if (this.#process === null || this.#process.exitCode !== null || this.#process.signalCode !== null)
      return false;
    this.expect(reason);
    this.#isKilled = true;
    if (this.#ownsGroup) this.#killGroup();
    else this.#process.kill('SIGKILL');
    return true;
  }

  /** Says what its end, which is to come, will be for. */
  expect(reason: string | null): void {
    this.#killedFor ??= reason;
  }

  /** Asks it to end, and kills it after so many milliseconds. */
  async stop(graceMillis: number, signal: NodeJS.Signals = 'SIGTERM'): Promise<ExitStatus> {
    this.signal(signal);
    const timer = setTimeout(() => this.kill(), graceMillis);
    const status = await this.ended;
    clearTimeout(timer);
    return status;
  }

  #follow(child: NodeChildProcess, drainMillis = Number.POSITIVE_INFINITY): Promise<ExitStatus> {
    return new Promise((resolve) => {
      const end = (code: number | null, signal: NodeJS.Signals | null): void => {
        const reason = this.#killedFor ?? exitReason(code, signal);
        resolve({ reason, code, isKilled: this.#isKilled, hasStarted: true });
      };
      // What fails later (a signal, a message) is heard of by its end.
      child.on('error', (error) => child.pid === undefined && resolve(notStarted(error)));
      child.once('exit', (code, signal) => {
        if (this.#ownsGroup) this.#killGroup();
        if (drainMillis !== Number.POSITIVE_INFINITY) setTimeout(() => end(code, signal), drainMillis);
      });
      // 'close' comes after the last message, 'exit' may come before it.
      child.once('close', (code, signal) => child.pid !== undefined && end(code, signal));
    });
  }

  #watch(pid: number, bytes: number): void {
    const end = watchMemory(pid, bytes, (found) =>
      this.kill(`it took ${found} bytes of memory, ${bytes} are its limit`),
    );
    this.#process?.once('exit', end);
  }

  #killGroup(): void {
    if (this.pid === undefined) return;
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch {
      // Nobody is left in it.
    }
  }
}

const exitReason = (code: number | null, signal: NodeJS.Signals | null): string =>
  signal === null ? `exit code ${code}` : `killed by ${signal}`;

const notStarted = ({ message }: Error): ExitStatus => ({
  ...{ reason: message, code: null, isKilled: false, hasStarted: false },
});

export interface NodeOptions extends Pick<ChildOptions, 'isSacrificed'> {
  /** Options of Node. */
  readonly execArgv: readonly string[];
  /** Bytes of memory that it may take, that of native code included. @default no limit */
  readonly memoryBytes?: number | null | undefined;
}

/**
 * Starts a module as a process of Node that is spoken to by messages, structured clones. `entry` is
 * `new URL('./x.child.ts', import.meta.url)`, so that the build finds it. stdout belongs to the answer of the command.
 */
export function startNode(
  entry: URL,
  { execArgv, memoryBytes = null, isSacrificed }: NodeOptions,
): ChildProcess {
  const command = { command: process.execPath, args: [...execArgv, fileURLToPath(entry)] };
  return new ChildProcess({
    ...(memoryBytes === null ? command : limitedCommand(command, memoryBytes)),
    ...{ isSacrificed, serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  });
}
