/** The cost of a model that cannot run here, from what people tell of it. Pure. */
import type { ModelCost } from './model-cost.ts';

export interface DescribedModel {
  /** Microseconds of a processor of a row, and of a request besides. */
  readonly perRow: number;
  readonly perRequest: number | null;
  /** Bytes of a process with it. */
  readonly memory: number | null;
  /** Milliseconds from the start of a process to its first answer. */
  readonly start: number | null;
  readonly runtime: 'native' | 'onnx' | 'python';
  /** Bytes of a row in a request. */
  readonly rowSize: number | null;
}

/**
 * What holds for most models where nothing is said, as measured here: reading and answering a request, handing it to a thread or a
 * process of Python, a server without a model.
 */
const DOOR = 40;
const HANDED_OVER = { native: 60, onnx: 60, python: 350 } as const;
const MEMORY = { native: 140e6, onnx: 220e6, python: 600e6 } as const;
const START = { native: 600, onnx: 900, python: 5000 } as const;
/** A job starts a process that coordinates and one that scores. */
const JOB_START = 900;
/** Microseconds of reading a row and writing its answer. */
const ROW_OF_FILE = 2;
const ROW_OF_BODY = 0.5;
const ROW_BYTES = 200;
/** Requests whose work is below this are scored on the event loop (`DESIGN.md`: about 2 ms). */
const INLINE_MICROS = 2000;
/** Single times around their mean: most a little below, one in twenty twice as long. */
const SPREAD = [
  0.8, 0.82, 0.84, 0.86, 0.88, 0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.98, 0.99, 1, 1.02, 1.04, 1.06, 1.1, 1.17,
  1.8,
];

/** The cost of the model, marked as described. */
export function describedCost(name: string, described: DescribedModel): ModelCost {
  const { perRow, perRequest, runtime, rowSize } = described;
  const handing = HANDED_OVER[runtime];
  const own = perRequest ?? 0;
  const memory = described.memory ?? MEMORY[runtime];
  return {
    source: 'described',
    model: name,
    runtime,
    machine: null,
    rowBytes: rowSize ?? ROW_BYTES,
    online: {
      loopRows: runtime === 'python' ? 0 : Math.floor(Math.max(0, INLINE_MICROS - own) / perRow),
      away: runtime === 'python' ? 'processes' : 'threads',
      loop: { request: DOOR + own, row: perRow + ROW_OF_BODY },
      door: { request: DOOR + handing, row: ROW_OF_BODY },
      scoring: { request: own, row: perRow },
      beside: { request: 0, row: 0 },
      pause: { loop: 0, away: 0 },
      togetherRows: 0,
      contention: 1.1,
      spread: SPREAD,
      memory: runtime === 'python' ? MEMORY.native : memory,
      awayMemory: runtime === 'python' ? memory : 30e6,
      start: described.start ?? START[runtime],
    },
    batch: {
      start: JOB_START + (runtime === 'python' ? (described.start ?? START.python) : 0),
      row: perRow + ROW_OF_FILE,
      lane: perRow + ROW_OF_FILE,
      memory: MEMORY.native + memory,
    },
  };
}
