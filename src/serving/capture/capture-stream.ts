import type { CapturedBlock } from '../../capture/block.ts';
import type { CaptureRule } from '../../capture/capture-rules.ts';
import { elementAt } from '../../core/element-at.ts';
import type { Batch, Outputs } from '../../model/batch.ts';
import type { LoadedVersion } from '../../registry/version.ts';
import type { CaptureSampler } from './capture-sampler.ts';
import {
  type CapturedCells,
  parseRowShape,
  type RowSample,
  type RowShape,
  sampledRow,
} from './captured-cells.ts';
import { captureHash, type ExtractedRows, extractorFor, sampleRequestRows } from './extract-rows.ts';
import { type RequestAbout, RowBuffer } from './row-buffer.ts';

/** What decides whether a request is captured. */
export interface CaptureGate {
  readonly rule: CaptureRule;
  /** Rows of a request at most. */
  readonly most: number;
  readonly admission: CaptureSampler;
}

/** Who knows more of a request than its rows: asked only where they are captured. */
export interface CaptureSubject {
  /** `now` is when it was answered, `unit` the id of its unit where a thread has found it. */
  about(now: number, unit: string | null): RequestAbout;
}

/** What a stream needs of the capture that it belongs to. */
export interface CaptureStreamHost {
  /** Grows whenever gates are not what they were. */
  readonly generation: number;
  gateOf(stream: CaptureStream): CaptureGate;
  /** Milliseconds since the epoch of a moment of the steady clock. */
  timeOf(now: number): number;
  /** Something has been noted for the first time since the last cut. */
  noted(stream: CaptureStream): void;
  /** Takes what has been cut before its time. */
  cut(stream: CaptureStream, part: CapturedPart): void;
  /** Rows that were to be captured and were not. */
  dropped(stream: CaptureStream, rows: number): void;
  /** A defect: rows could not be taken. */
  failed(error: unknown): void;
}

/** What a stream has gathered; all but what names the block. */
export type CapturedPart = Omit<CapturedBlock, 'worker' | 'epoch' | 'seq' | 'endpoint' | 'model' | 'version'>;

/** Shapes that rows of a stream may have within one block's time: more come of a model whose width is anybody's. */
const SHAPES_MAX = 4;

/** What is captured of one version behind one endpoint, or of requests that name the version themselves. */
export class CaptureStream {
  readonly endpoint: string | null;
  readonly target: LoadedVersion;
  readonly #host: CaptureStreamHost;
  #buffer: RowBuffer | null = null;
  #shapes = 0;
  /** The shape of the last key that came from a thread. */
  #threadShape: RowShape | null = null;
  #gate: CaptureGate | null = null;
  #generation = -1;
  #requests = 0;
  #rowsSeen = 0;
  #dropped = 0;
  #isNoted = false;

  constructor(endpoint: string | null, target: LoadedVersion, host: CaptureStreamHost) {
    this.endpoint = endpoint;
    this.target = target;
    this.#host = host;
  }

  get isEmpty(): boolean {
    return (this.#buffer?.rows ?? 0) === 0;
  }

  /** Whether something has been seen since the last cut. */
  get isNoted(): boolean {
    return this.#isNoted;
  }

  /** Rows that a thread is to give back with an answer, 0 where none are captured. */
  wanted(requestId: string): number {
    const { rule, most } = this.#gateNow();
    return rule.enabled && captureHash(requestId) < rule.share * 2 ** 32 ? most : 0;
  }

  /** Rows of a request that are captured where there is room for it. */
  willCapture(requestId: string, rows: number): readonly number[] {
    const picks = sampleRequestRows(rows, this.wanted(requestId), captureHash(requestId));
    return Array.from({ length: picks.taken }, (_, j) => sampledRow(picks, j));
  }

  /**
   * A request that has been answered here at `now`. Most are not captured where there are many: of those nothing is made.
   * Never throws.
   */
  note(batch: Batch, outputs: Outputs, requestId: string, now: number, asked: CaptureSubject): void {
    try {
      const gate = this.#gateNow();
      if (!gate.rule.enabled) return;
      const { rows } = batch;
      const hash = captureHash(requestId);
      const share = this.#admit(gate, rows, Math.min(rows, gate.most), hash, now);
      if (share > 0) this.#take(batch, outputs, sampleRequestRows(rows, gate.most, hash), share, now, asked);
    } catch (error) {
      this.#host.failed(error);
    }
  }

  /** A request that a thread has answered; null where the thread was not asked for its rows. Never throws. */
  noteExtracted(
    rows: number,
    extracted: ExtractedRows | null,
    requestId: string,
    now: number,
    asked: CaptureSubject,
  ): void {
    try {
      const gate = this.#gateNow();
      if (!gate.rule.enabled) return;
      if (extracted === null) {
        this.#count(rows);
        return;
      }
      const { key, picks, cells, unit } = extracted;
      const share = this.#admit(gate, rows, picks.taken, captureHash(requestId), now);
      if (share <= 0) return;
      if (this.#threadShape?.key !== key) this.#threadShape = parseRowShape(key);
      const shape = this.#threadShape;
      this.#add(shape, picks, share, asked.about(now, unit), now, (into, row) =>
        copyCells(shape, cells, picks, into, row),
      );
    } catch (error) {
      this.#host.failed(error);
    }
  }

  /** Counts into the next block what was in one that could not be kept. */
  lost({ requests, rowsSeen, rows, dropped }: CapturedPart): void {
    this.#requests += requests;
    this.#rowsSeen += rowsSeen;
    this.#dropped += rows + dropped;
    this.#mark();
  }

  /** Everything since the last cut. */
  take(): CapturedPart {
    const rows = (this.#buffer ?? NOTHING).take();
    const counts = { requests: this.#requests, rowsSeen: this.#rowsSeen, dropped: this.#dropped };
    this.#requests = 0;
    this.#rowsSeen = 0;
    this.#dropped = 0;
    this.#shapes = 0;
    this.#isNoted = false;
    return { ...rows, ...counts };
  }

  /** Lets go of the room for rows. */
  release(): void {
    this.#buffer = null;
  }

  #count(rows: number): void {
    this.#requests++;
    this.#rowsSeen += rows;
    this.#mark();
  }

  #mark(): void {
    if (this.#isNoted) return;
    this.#isNoted = true;
    this.#host.noted(this);
  }

  #gateNow(): CaptureGate {
    const { generation } = this.#host;
    if (this.#gate !== null && this.#generation === generation) return this.#gate;
    this.#gate = this.#host.gateOf(this);
    this.#generation = generation;
    return this.#gate;
  }

  /** The share by which a request is captured of which so many rows would be; 0 where it is not. */
  #admit({ rule, admission }: CaptureGate, rows: number, taken: number, hash: number, now: number): number {
    this.#count(rows);
    if (taken === 0) return 0;
    const share = admission.admit(rule, hash, taken, now);
    if (share >= 0) return share;
    this.#drop(taken);
    return 0;
  }

  #take(
    batch: Batch,
    outputs: Outputs,
    picks: RowSample,
    share: number,
    now: number,
    asked: CaptureSubject,
  ): void {
    const extractor = extractorFor(this.target, batch, outputs);
    const write = (cells: CapturedCells, row: number): void =>
      extractor.write(batch, outputs, picks, cells, row);
    this.#add(extractor.shape, picks, share, asked.about(now, null), now, write);
  }

  #drop(rows: number): void {
    this.#dropped += rows;
    this.#host.dropped(this, rows);
  }

  #add(
    shape: RowShape,
    picks: RowSample,
    share: number,
    about: RequestAbout,
    now: number,
    write: (cells: CapturedCells, row: number) => void,
  ): void {
    const buffer = this.#bufferFor(shape);
    if (buffer === null) {
      this.#drop(picks.taken);
      return;
    }
    if (buffer.isFullFor(picks.taken)) {
      this.#host.cut(this, this.take());
      this.#mark();
    }
    const weight = picks.rows / picks.taken / share;
    buffer.add(about, picks, weight, this.#host.timeOf(now), write);
  }

  /** Null where the shape has changed too often. */
  #bufferFor(shape: RowShape): RowBuffer | null {
    if (this.#buffer?.shape.key === shape.key) return this.#buffer;
    if (this.#shapes >= SHAPES_MAX) return null;
    const shapes = this.#shapes + 1;
    if (!this.isEmpty) {
      this.#host.cut(this, this.take());
      this.#mark();
    }
    this.#shapes = shapes;
    this.#buffer = new RowBuffer(shape);
    return this.#buffer;
  }
}

const NOTHING = new RowBuffer({ key: '', inputs: [], outputs: [], numbers: 0, texts: 0 });

function copyCells(
  { numbers }: RowShape,
  from: CapturedCells,
  { taken }: RowSample,
  into: CapturedCells,
  row: number,
): void {
  into.numbers.set(from.numbers, row * numbers);
  into.texts.forEach((texts, t) => {
    const copied = elementAt(from.texts, t);
    for (let j = 0; j < taken; j++) texts[row + j] = copied[j] ?? null;
  });
}
