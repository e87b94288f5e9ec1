import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { type Command, sacrificeFirst, watchMemory } from '../../process/memory-limit.ts';
import { FrameError, FrameReader, type WireFrame } from './frame.ts';
import { LogLines } from './lines.ts';

export interface ChildOptions extends Command {
  /** Folder that it works in. */
  readonly scratch: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Bytes of memory after which it is ended here, where nothing else keeps it to them; null where something does. */
  readonly watchedBytes: number | null;
}

export interface ChildEvents {
  frame(frame: WireFrame): void;
  line(line: string, stream: 'stdout' | 'stderr'): void;
  /** Exactly once, however it ended, after all that it sent. */
  exit(reason: string): void;
}

/** Milliseconds after its end in which what it sent may still arrive; its own children may keep the pipes open. */
const DRAIN_MILLIS = 250;
const SILENT_MILLIS = 100;

/** A process with a socket. It ends when the socket is closed, and sees it closed when this process has ended. */
export class PythonChild {
  readonly #process: ChildProcess;
  readonly #socket: Socket;
  readonly #frames = new FrameReader();
  readonly #events: ChildEvents;
  #killedFor: string | null = null;

  constructor(options: ChildOptions, events: ChildEvents) {
    const { command, args, scratch, environment, watchedBytes } = options;
    this.#events = events;
    this.#process = spawn(command, args, {
      cwd: scratch,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      // A group of its own: it can be killed with all that it has started, and the terminal's Ctrl-C does not reach it.
      detached: true,
    });
    this.#process.once('error', (error) => {
      if (this.#process.pid === undefined) events.exit(error.message);
    });
    this.#socket = this.#process.stdio?.[3] as Socket;
    if (this.#process.pid === undefined) return;
    sacrificeFirst(this.#process.pid);
    if (watchedBytes !== null) this.#watch(this.#process.pid, watchedBytes);
    this.#listen();
  }

  #watch(pid: number, bytes: number): void {
    const end = watchMemory(pid, bytes, (found) =>
      this.kill(`it took ${found} bytes of memory, ${bytes} are its limit`),
    );
    this.#process.once('exit', end);
  }

  #listen(): void {
    this.#socket.on('data', (piece: Buffer) => this.#received(piece));
    // The other side is gone: that is told by its exit.
    this.#socket.on('error', () => undefined);
    const drained = Promise.all([closed(this.#socket), ...this.#readLines()]);
    // Who dies closes its socket a little before; who speaks no more and lives on is of no use.
    this.#socket.once('close', () => {
      setTimeout(() => this.kill('it closed its socket'), SILENT_MILLIS).unref();
    });
    this.#process.once('exit', (code, signal) => {
      const reason = this.#killedFor ?? (signal === null ? `exit code ${code}` : `killed by ${signal}`);
      this.#killGroup();
      void Promise.race([drained, sleep(DRAIN_MILLIS)]).then(() => this.#events.exit(reason));
    });
    this.hold(true);
  }

  get pid(): number {
    return this.#process.pid ?? -1;
  }

  send(pieces: readonly Uint8Array[]): void {
    if (this.#process.pid === undefined || !this.#socket.writable) return;
    if (pieces.length > 1) this.#socket.cork();
    for (const piece of pieces) this.#socket.write(piece);
    if (pieces.length > 1) this.#socket.uncork();
  }

  /** Whether it keeps this process alive: while it owes an answer. */
  hold(owes: boolean): void {
    if (this.#process.pid === undefined) return;
    const streams = [this.#process.stdout, this.#process.stderr, this.#socket] as unknown as Socket[];
    for (const { ref, unref } of [this.#process, ...streams].map(refs)) (owes ? ref : unref)();
  }

  /** Tells it to end. */
  end(): void {
    this.#killedFor ??= 'it was closed';
    // Whoever waits for its end must not be left waiting by a process with nothing else to do.
    this.hold(true);
    this.#socket?.end();
  }

  /** Ends it at once, and all that it has started. */
  kill(reason: string): void {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#killedFor ??= reason;
    this.hold(true);
    this.#killGroup();
  }

  #killGroup(): void {
    if (this.#process.pid === undefined) return;
    try {
      process.kill(-this.#process.pid, 'SIGKILL');
    } catch {
      // Nobody is left in it.
    }
  }

  #received(piece: Buffer): void {
    if (this.#killedFor !== null && this.#killedFor !== 'it was closed') return;
    try {
      this.#frames.push(piece, (frame) => this.#events.frame(frame));
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.kill(`it sent what is no answer: ${error.message}`);
    }
  }

  #readLines(): Promise<void>[] {
    const clock = { monotonic: () => performance.now() };
    return (['stdout', 'stderr'] as const).map((name) => {
      const stream = this.#process[name]!;
      const lines = new LogLines(clock, (line) => this.#events.line(line, name));
      stream.on('data', (bytes: Buffer) => lines.push(bytes));
      stream.on('error', () => undefined);
      return closed(stream).then(() => lines.close());
    });
  }
}

const refs = (handle: { ref(): unknown; unref(): unknown }) => ({
  ref: () => handle.ref(),
  unref: () => handle.unref(),
});

const closed = (stream: Readable): Promise<void> =>
  new Promise((resolve) => stream.once('close', () => resolve()));

const sleep = (millis: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, millis);
  });
