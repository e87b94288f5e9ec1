/** How long a batch run takes. Pure. */
import type { ModelCost } from '../cost/model-cost.ts';

export interface BatchLoad {
  readonly rows: number;
  /** Processes that score (`--lanes`), and the cores that they share. */
  readonly lanes: number;
  readonly cores: number;
  /** Rows of a chunk, which one lane works on. @default {122,880} */
  readonly chunkRows?: number | undefined;
}

export interface BatchPrediction {
  readonly seconds: number;
  /** Rows a second of a long run, once it has started. */
  readonly rowsPerSecond: number;
  readonly limit: 'lanes' | 'cores';
  /** Bytes of all lanes. */
  readonly memory: number;
}

/** As `jobs/spec/document.ts` has it. */
const CHUNK_ROWS = 122_880;
const SECOND_MICROS = 1e6;

/** Predicts a run. */
export function predictBatch({ batch }: Pick<ModelCost, 'batch'>, load: BatchLoad): BatchPrediction {
  const { rows, lanes, cores } = load;
  const byLanes = batch.lane * longestLane(load);
  const used = Math.min(lanes, Math.ceil(rows / (load.chunkRows ?? CHUNK_ROWS)));
  const byCores = (batch.row * rows + (batch.laneStart ?? 0) * Math.max(0, used - 1)) / cores;
  const micros = Math.max(byLanes, byCores);
  const rowMicros = Math.max(batch.lane / lanes, batch.row / cores);
  return {
    seconds: batch.start / 1000 + micros / SECOND_MICROS,
    rowsPerSecond: SECOND_MICROS / rowMicros,
    limit: byLanes > byCores ? 'lanes' : 'cores',
    memory: lanes * batch.memory,
  };
}

/** Rows of the lane that ends last: a lane takes a whole chunk, and those that find none left look on. */
function longestLane({ rows, lanes, chunkRows = CHUNK_ROWS }: BatchLoad): number {
  const whole = Math.floor(rows / chunkRows);
  const last = whole % lanes > 0 ? chunkRows : rows % chunkRows;
  return Math.floor(whole / lanes) * chunkRows + last;
}

/** The fewest lanes with a core each that score `rows` within `seconds`; null where no number of them does. */
export function lanesFor(cost: Pick<ModelCost, 'batch'>, rows: number, seconds: number): number | null {
  const most = Math.max(1, Math.ceil(rows / CHUNK_ROWS));
  const inTime = (lanes: number): boolean =>
    predictBatch(cost, { rows, lanes, cores: lanes }).seconds <= seconds;
  if (!inTime(most)) return null;
  let [low, high] = [0, most];
  while (high - low > 1) {
    // Not `>> 1`: above 2^31 lanes that is negative, and the search never ends.
    const middle = Math.floor((low + high) / 2);
    if (inTime(middle)) high = middle;
    else low = middle;
  }
  return high;
}
