import type { LoopDelay } from '../admission/admission-queue.ts';
import { INLINE_MICROS } from '../http/limits.ts';

/** Predicted microseconds below which work is not counted. */
const TRIFLE_MICROS = 50;
/**
 * Milliseconds that connections are taken for before work goes on. A poll takes one connection (libuv since 1.45, `uv__server_io`):
 * with two milliseconds of work after each, a thousand that come at once would wait for seconds, where no request is seen.
 */
const ACCEPT_MILLIS = 2;
/** Two turns with at most this many milliseconds between them follow one another: the loop was not idle. */
const BACK_TO_BACK = 0.5;

/** Arrivals in one turn above which they explain the delay of the loop themselves. */
const CROWD = 50;

interface Task {
  readonly micros: number;
  readonly run: () => void;
}

/**
 * Shares the front loop fairly: counted work runs while the turn has budget left, the rest in order in the next
 * turns, so that timers and sockets get their turn every two milliseconds. Knows how long its turns last.
 */
export class LoopScheduler implements LoopDelay {
  readonly #ended: () => void;
  #spent = 0;
  #scheduled = false;
  #waiting: Task[] = [];
  /** Continuations of work that has begun. */
  #begun: Task[] = [];
  #began = 0;
  #over = 0;
  #last = 0;
  #now = 0;
  #arrivals = 0;
  /** Whether a connection was taken in this turn, and in the one before it. */
  #isAccepting = false;
  #wasAccepting = false;
  /** `performance.now()` when work was last run or considered. */
  #worked = 0;

  /** `ended` is called at the end of each turn with an arrival or with work. */
  constructor(ended: () => void = () => undefined) {
    this.#ended = ended;
  }

  /** Milliseconds from the start of this turn to the last arrival; 0 with few arrivals. */
  get age(): number {
    return this.#arrivals > CROWD ? this.#now - this.#began : 0;
  }

  /** Milliseconds of the turn before; 0 if the loop was idle in between, or with few arrivals. */
  get last(): number {
    return this.#last;
  }

  /** A connection was accepted in this turn: others may be waiting to be accepted. */
  accepted(): void {
    this.#isAccepting = true;
  }

  /** A request arrives at `now`, in milliseconds of `performance.now()`. */
  arrive(now: number): void {
    this.#now = now;
    this.#arrivals++;
    if (this.#scheduled) return;
    this.#began = now;
    if (now - this.#over > BACK_TO_BACK) this.#last = 0;
    else this.#began = this.#over;
    this.#schedule();
  }

  run(micros: number, run: () => void): void {
    if (micros < TRIFLE_MICROS) {
      run();
      return;
    }
    if (!this.#scheduled) this.#schedule();
    if (this.#waiting.length > 0) this.#waiting.push({ micros, run });
    else this.#take(this.#waiting, { micros, run });
  }

  /** Continuations of work that has begun run before new work. */
  goOn(micros: number, run: () => void): void {
    if (micros < TRIFLE_MICROS) {
      run();
      return;
    }
    if (!this.#scheduled) this.#schedule();
    this.#take(this.#begun, { micros, run });
  }

  #take(queue: Task[], task: Task): void {
    const isLater = queue.length > 0 || this.#isAccepting || this.#wasAccepting;
    if (isLater || !this.#affords(task.micros)) {
      queue.push(task);
      return;
    }
    this.#spent += task.micros;
    task.run();
  }

  /** The first piece of work of a turn always runs. */
  #affords(micros: number): boolean {
    return this.#spent === 0 || this.#spent + micros <= INLINE_MICROS;
  }

  #schedule(): void {
    this.#scheduled = true;
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    this.#spent = 0;
    if (!this.#isAcceptedFirst()) this.#work();
    this.#ended();
    this.#over = performance.now();
    this.#last = this.#arrivals > CROWD ? this.#over - this.#began : 0;
    this.#arrivals = 0;
    this.#began = this.#over;
    this.#scheduled = false;
    if (this.#spent > 0 || this.#waiting.length + this.#begun.length > 0) this.#schedule();
  }

  /** Whether pending connections are accepted before work continues. */
  #isAcceptedFirst(): boolean {
    const now = performance.now();
    const isFirst = this.#isAccepting && now - this.#worked < ACCEPT_MILLIS;
    this.#wasAccepting = this.#isAccepting;
    this.#isAccepting = false;
    return isFirst;
  }

  #work(): void {
    for (let task = this.#next(); task !== undefined; task = this.#next()) {
      this.#spent += task.micros;
      task.run();
    }
    this.#worked = performance.now();
  }

  /** Takes the next task from its queue; undefined if there is none, or the budget of the turn is used up. */
  #next(): Task | undefined {
    const queue = this.#begun.length > 0 ? this.#begun : this.#waiting;
    const [first] = queue;
    return first !== undefined && this.#affords(first.micros) ? queue.shift() : undefined;
  }
}
