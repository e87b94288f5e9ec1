/** The pieces of the parts of windows that are not closed yet. Pure. */
import type { WindowPart } from '../window-part.ts';
import { workerEpochKey } from './membership.ts';

/** Most units and nameless rows that wait in pieces, over all windows: about half a gigabyte. */
const WAITING_MAX = 2 ** 24;
/** Most pieces of a part: a day of one a second. */
const PIECES_MAX = 86_400;

interface Pieces {
  readonly bySeq: Map<number, WindowPart>;
  /** Number of pieces, once the last one has come. */
  total: number | null;
}

const isWhole = ({ bySeq, total }: Pieces): boolean => bySeq.size === total;

export type PartBufferOutcome = 'taken' | 'duplicate' | 'invalid' | 'full';

export class PartBuffer {
  readonly #windows = new Map<number, Map<string, Pieces>>();
  readonly #max: number;
  #waiting = 0;

  constructor(max = WAITING_MAX) {
    this.#max = max;
  }

  keep(part: WindowPart): PartBufferOutcome {
    const parts = this.#windows.get(part.window) ?? new Map<string, Pieces>();
    const life = workerEpochKey(part.worker, part.epoch);
    const pieces = parts.get(life) ?? { bySeq: new Map(), total: null };
    if (pieces.bySeq.has(part.seq)) return 'duplicate';
    if (!fits(part, pieces)) return 'invalid';
    if (this.#waiting + weightOf(part) > this.#max) return 'full';
    this.#waiting += weightOf(part);
    pieces.bySeq.set(part.seq, part);
    if (part.isLast) pieces.total = part.seq + 1;
    this.#windows.set(part.window, parts.set(life, pieces));
    return 'taken';
  }

  /** Lives of workers that have sent anything of the window. */
  senders(window: number): string[] {
    return [...(this.#windows.get(window)?.keys() ?? [])];
  }

  isComplete(window: number, life: string): boolean {
    const pieces = this.#windows.get(window)?.get(life);
    return pieces !== undefined && isWhole(pieces);
  }

  /** Pieces of the complete parts of a window, which is forgotten. */
  close(window: number): WindowPart[] {
    const complete = [...(this.#windows.get(window)?.values() ?? [])].filter(isWhole);
    this.#forget(window);
    return complete.flatMap(({ bySeq }) => [...bySeq.values()]);
  }

  /** Forgets windows from `first` on: they belong to another route now. */
  drop(first: number): void {
    for (const window of this.#windows.keys()) if (window >= first) this.#forget(window);
  }

  #forget(window: number): void {
    for (const { bySeq } of this.#windows.get(window)?.values() ?? [])
      for (const part of bySeq.values()) this.#waiting -= weightOf(part);
    this.#windows.delete(window);
  }
}

/** Nothing comes after the last piece, and there is one last piece. */
function fits({ seq, isLast }: WindowPart, { bySeq, total }: Pieces): boolean {
  if (seq >= PIECES_MAX) return false;
  if (total !== null) return !isLast && seq < total;
  return !isLast || [...bySeq.keys()].every((before) => before < seq);
}

const weightOf = ({ units, nameless }: WindowPart): number => 1 + units.flags.length + nameless.length;
