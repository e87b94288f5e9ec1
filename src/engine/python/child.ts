import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { ChildProcess } from '../../process/child-process.ts';
import type { ProcessCommand } from '../../process/memory-limit.ts';
import { FrameError, FrameReader, type WireFrame } from './frame.ts';
import { LogLines } from './lines.ts';

export interface PythonChildOptions extends ProcessCommand {
  /** Folder that it works in. */
  readonly scratch: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Bytes of memory after which it is ended here, where nothing else keeps it to them; null where something does. */
  readonly watchedBytes: number | null;
}

export interface PythonChildEvents {
  frame(frame: WireFrame): void;
  line(line: string, stream: 'stdout' | 'stderr'): void;
  /** Exactly once, however it ended, after all that it sent. */
  exit(reason: string): void;
}

const DRAIN_MILLIS = 250;
const SILENT_MILLIS = 100;
const CLOSED = 'it was closed';

/** A process with a socket. It ends when the socket is closed, and sees it closed when this process has ended. */
export class PythonChild {
  readonly #process: ChildProcess;
  /** Null where it could not be started. */
  readonly #socket: Socket | null;
  readonly #frames = new FrameReader();
  readonly #events: PythonChildEvents;
  #isKilled = false;

  constructor(options: PythonChildOptions, events: PythonChildEvents) {
    const { command, args, scratch, environment, watchedBytes } = options;
    this.#events = events;
    this.#process = new ChildProcess({
      ...{ command, args, cwd: scratch, env: environment, watchedBytes },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      ...{ ownsGroup: true, isSacrificed: true, drainMillis: DRAIN_MILLIS },
    });
    void this.#process.ended.then(({ reason }) => events.exit(reason));
    const [, , socket] = this.#process.outputs;
    this.#socket = socket instanceof Socket ? socket : null;
    if (this.#socket !== null) this.#listen(this.#socket);
  }

  #listen(socket: Socket): void {
    socket.on('data', (piece: Buffer) => this.#received(piece));
    // The other side is gone: that is told by its exit.
    socket.on('error', () => undefined);
    // Who dies closes its socket a little before; who speaks no more and lives on is of no use.
    socket.once('close', () => {
      setTimeout(() => this.kill('it closed its socket'), SILENT_MILLIS).unref();
    });
    const [stdout, stderr] = this.#process.outputs;
    this.#readLines('stdout', stdout);
    this.#readLines('stderr', stderr);
    this.hold(true);
  }

  get pid(): number {
    return this.#process.pid ?? -1;
  }

  send(pieces: readonly Uint8Array[]): void {
    const socket = this.#socket;
    if (!socket?.writable) return;
    if (pieces.length > 1) socket.cork();
    for (const piece of pieces) socket.write(piece);
    if (pieces.length > 1) socket.uncork();
  }

  /** Whether it keeps this process alive: while it owes an answer. */
  hold(owes: boolean): void {
    this.#process.hold(owes);
    for (const stream of this.#process.outputs)
      if (!(stream instanceof Socket)) continue;
      else if (owes) stream.ref();
      else stream.unref();
  }

  /** Tells it to end. */
  end(): void {
    this.#process.expect(CLOSED);
    // Whoever waits for its end must not be left waiting by a process with nothing else to do.
    this.hold(true);
    this.#socket?.end();
  }

  /** Ends it at once, and all that it has started. */
  kill(reason: string): void {
    if (!this.#process.kill(reason)) return;
    this.#isKilled = true;
    this.hold(true);
  }

  #received(piece: Buffer): void {
    if (this.#isKilled) return;
    try {
      this.#frames.push(piece, (frame) => this.#events.frame(frame));
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.kill(`it sent what is no answer: ${error.message}`);
    }
  }

  #readLines(name: 'stdout' | 'stderr', stream: Readable | null | undefined): void {
    if (stream === null || stream === undefined) return;
    const clock = { monotonic: () => performance.now() };
    const lines = new LogLines(clock, (line) => this.#events.line(line, name));
    stream.on('data', (bytes: Buffer) => lines.push(bytes));
    stream.on('error', () => undefined);
    stream.once('close', () => lines.close());
  }
}
