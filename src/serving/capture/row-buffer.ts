/** Captured rows of one shape, until a block is made of them. Pure. */

import type { CapturedBlock, CapturedColumn } from '../../capture/block.ts';
import type { ExplanationNotes } from '../../capture/explanation-note.ts';
import { elementAt } from '../../core/element-at.ts';
import {
  allocateCapturedCells,
  type CapturedCells,
  type CapturedColumnSlot,
  type RowSample,
  type RowShape,
  sampledRow,
} from './captured-cells.ts';

/** What is known of a request beside its rows. */
export interface RequestAbout {
  readonly requestId: string;
  /** Hash of its unit, or null. */
  readonly unit: string | null;
  /** −1 where nothing is measured. */
  readonly arm: number;
  readonly role: string | null;
  readonly segment: string | null;
  /** NaN where the time says nothing. */
  readonly millis: number;
  /** What is kept of the explanation of each of its rows; null where it has none. */
  readonly notes: ExplanationNotes | null;
}

const ROOM_MIN = 64;
const ROWS_MAX = 4096;
/** A block of them is made in one turn, in which nobody is answered: a few milliseconds. */
const BYTES_MAX = 2 * 2 ** 20;
/** Rows that are turned into columns at once: so many fit into the processor's cache, however wide they are. */
const TILE = 32;
/** Characters of all texts after which a block is made. */
const CHARACTERS_MAX = 4 * 2 ** 20;

export class RowBuffer {
  readonly shape: RowShape;
  readonly #max: number;
  #room = 0;
  #cells: CapturedCells;
  #rows = 0;
  #characters = 0;
  #isExplained = false;
  #at = new Float64Array();
  #row = new Uint32Array();
  #arm = new Int8Array();
  #millis = new Float32Array();
  #weight = new Float32Array();
  readonly #abouts: RequestAbout[] = [];

  constructor(shape: RowShape) {
    this.shape = shape;
    this.#max = Math.max(
      ROOM_MIN,
      Math.min(ROWS_MAX, Math.floor(BYTES_MAX / (8 * Math.max(1, shape.numbers)))),
    );
    this.#cells = allocateCapturedCells(shape, 0);
  }

  get rows(): number {
    return this.#rows;
  }

  /** Whether so many rows more are to go into another one. */
  isFullFor(rows: number): boolean {
    return this.#rows > 0 && (this.#rows + rows > this.#max || this.#characters >= CHARACTERS_MAX);
  }

  /** Adds the picked rows of a request that was answered at `at`; `write` writes their values from a row on. */
  add(
    about: RequestAbout,
    picks: RowSample,
    weight: number,
    at: number,
    write: (cells: CapturedCells, row: number) => void,
  ): void {
    const start = this.#rows;
    const end = start + picks.taken;
    if (end > this.#room) this.#grow(end);
    write(this.#cells, start);
    for (let i = start; i < end; i++) {
      this.#at[i] = at;
      this.#row[i] = sampledRow(picks, i - start);
      this.#arm[i] = about.arm;
      this.#millis[i] = about.millis;
      this.#weight[i] = weight;
      this.#abouts[i] = about;
      if (about.notes !== null) this.#addNote(about.notes, i);
    }
    for (const texts of this.#cells.texts)
      for (let i = start; i < end; i++) this.#characters += texts[i]?.length ?? 0;
    this.#rows = end;
  }

  #addNote(notes: ExplanationNotes, row: number): void {
    this.#isExplained = true;
    this.#characters += notes[this.#row[row]!]?.length ?? 0;
  }

  /** Everything of a block that its rows say; the buffer is empty then, and keeps its room. */
  take(): Pick<CapturedBlock, 'from' | 'to' | 'rows' | 'inputs' | 'outputs' | 'meta'> {
    const rows = this.#rows;
    const at = this.#at.slice(0, rows);
    const abouts = this.#abouts.slice(0, rows);
    const about = <T>(read: (one: RequestAbout) => T): T[] => abouts.map(read);
    const taken = {
      rows,
      from: at[0] ?? 0,
      to: at[rows - 1] ?? 0,
      ...this.#columns(),
      meta: {
        at,
        requestId: about(({ requestId }) => requestId),
        row: this.#row.slice(0, rows),
        unit: about(({ unit }) => unit),
        arm: this.#arm.slice(0, rows),
        role: about(({ role }) => role),
        segment: about(({ segment }) => segment),
        millis: this.#millis.slice(0, rows),
        weight: this.#weight.slice(0, rows),
        ...(this.#isExplained ? { explanation: this.#notes(abouts) } : {}),
      },
    };
    for (const texts of this.#cells.texts) texts.fill(null);
    this.#abouts.length = 0;
    this.#rows = 0;
    this.#characters = 0;
    this.#isExplained = false;
    return taken;
  }

  #notes(abouts: readonly RequestAbout[]): readonly (string | null)[] {
    return abouts.map(({ notes }, i) => notes?.[this.#row[i]!] ?? null);
  }

  #columns(): Pick<CapturedBlock, 'inputs' | 'outputs'> {
    const { inputs, outputs, numbers: stride } = this.shape;
    const rows = this.#rows;
    const columns = Array.from({ length: stride }, () => new Float64Array(rows));
    const { numbers, texts } = this.#cells;
    for (let start = 0; start < rows; start += TILE) {
      const end = Math.min(rows, start + TILE);
      for (const [c, column] of columns.entries()) {
        for (let i = start, from = start * stride + c; i < end; i++, from += stride)
          column[i] = numbers[from]!;
      }
    }
    const columnOf = ({ name, kind, index }: CapturedColumnSlot): CapturedColumn => ({
      name,
      values: kind === 'text' ? elementAt(texts, index).slice(0, rows) : elementAt(columns, index),
    });
    return { inputs: inputs.map(columnOf), outputs: outputs.map(columnOf) };
  }

  #grow(needed: number): void {
    this.#room = Math.max(needed, Math.min(this.#max, Math.max(ROOM_MIN, 2 * this.#room)));
    const room = this.#room;
    const larger = <T extends { set(from: T): void }>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    const { numbers, texts } = this.#cells;
    const cells = allocateCapturedCells(this.shape, room);
    cells.numbers.set(numbers);
    for (const [t, larger] of cells.texts.entries()) {
      const before = elementAt(texts, t);
      for (let i = 0; i < this.#rows; i++) larger[i] = before[i] ?? null;
    }
    this.#cells = cells;
    this.#at = larger(new Float64Array(room), this.#at);
    this.#row = larger(new Uint32Array(room), this.#row);
    this.#arm = larger(new Int8Array(room), this.#arm);
    this.#millis = larger(new Float32Array(room), this.#millis);
    this.#weight = larger(new Float32Array(room), this.#weight);
  }
}
