import { PlimsollError } from '../core/errors.ts';
import type { Clock } from '../core/ports.ts';
import type { Engine } from '../engine/engine.ts';
import type { Batch } from '../model/batch.ts';
import type { ModelContent } from '../model/description.ts';
import { sliceBatch } from '../model/slice.ts';
import { decodeInput } from '../serving/rows/decode.ts';
import { outputsToJson } from '../serving/rows/encode.ts';
import { boundaryRows } from './boundary/rows.ts';
import { type Comparison, compareOutputs, promised } from './compare.ts';
import { type Engines, isEngine } from './engines.ts';
import { compareGolden, type Golden } from './golden.ts';
import type { Verification } from './version.ts';

export interface VerifyOptions {
  /** Name of the file, for messages. */
  readonly model: string;
  readonly clock: Clock;
  readonly golden?: Golden | undefined;
  /** Every boundary row, without the time budget. */
  readonly full?: boolean | undefined;
  readonly seed?: number | undefined;
  /** Time for comparing, in milliseconds; rows not compared by then are left out, and the count says so. */
  readonly budgetMillis?: number | undefined;
}

export const DEFAULT_SEED = 20_260_101;
/** Rows of the comparison at registration, and of `--full`. */
const ROWS_MAX = 4000;
const FULL_ROWS_MAX = 2_000_000;
/** Small first: one block must fit the budget even where an engine is slow. */
const BLOCK_ROWS = 250;

/**
 * Proves a model: golden rows where given, and both engines against each other on boundary rows. Throws
 * GOLDEN_DIFFERS or ENGINES_DISAGREE with the worst cell.
 */
export async function verifyEngines(
  content: ModelContent,
  engines: Engines,
  options: VerifyOptions,
): Promise<Verification> {
  const golden = options.golden ? await replayGolden(content, engines, options.golden, options) : null;
  const seed = options.seed ?? DEFAULT_SEED;
  const compared = await compareEngines(content, engines, { ...options, seed });
  if (golden) return golden;
  if (compared) return { proof: 'engines-agree', seed, ...compared };
  return { proof: 'single-engine', seed, rows: 0, cells: 0, differingBits: 0, worst: null };
}

async function compareEngines(
  content: ModelContent,
  { native, onnx }: Engines,
  options: VerifyOptions & { seed: number },
): Promise<Omit<Verification, 'proof' | 'seed'> | null> {
  if (content.kind !== 'steps' || !isEngine(native) || !isEngine(onnx)) return null;
  const { root, signature } = content;
  const limit = options.full ? FULL_ROWS_MAX : ROWS_MAX;
  const batch = boundaryRows(root, signature, { seed: options.seed, limit });
  const deadline = options.clock.monotonic() + (options.full ? Infinity : (options.budgetMillis ?? 2000));
  let total: Comparison = { rows: 0, cells: 0, differingBits: 0, failures: 0, worst: null };
  for (let start = 0; start < batch.rows && options.clock.monotonic() < deadline; start += BLOCK_ROWS) {
    const block = sliceBatch(batch, start, Math.min(batch.rows, start + BLOCK_ROWS));
    const [a, b] = [await native.infer(block), await onnx.infer(block)];
    total = add(
      total,
      compareOutputs(a, b, (output) => promised(root, output)),
      start,
    );
  }
  const { failures, ...verification } = total;
  if (failures > 0) throw disagreement(options.model, failures, verification);
  return verification;
}

function add(total: Comparison, block: Comparison, start: number): Comparison {
  const worst = block.worst && { ...block.worst, row: block.worst.row + start };
  const keep = total.worst === null || (worst !== null && worst.relative > total.worst.relative);
  return {
    rows: total.rows + block.rows,
    cells: total.cells + block.cells,
    differingBits: total.differingBits + block.differingBits,
    failures: total.failures + block.failures,
    worst: keep ? worst : total.worst,
  };
}

const disagreement = (
  model: string,
  failures: number,
  found: Omit<Verification, 'proof' | 'seed'>,
): PlimsollError =>
  new PlimsollError('ENGINES_DISAGREE', { model, failures, cells: found.cells, ...found.worst });

async function replayGolden(
  content: ModelContent,
  engines: Engines,
  golden: Golden,
  { model, seed }: VerifyOptions,
): Promise<Verification> {
  const batch: Batch = decodeInput(golden.input, content.signature);
  let result: Verification | null = null;
  for (const engine of [engines.native, engines.onnx].filter(isEngine) as Engine[]) {
    const answers = outputsToJson(await engine.infer(batch), content.signature);
    const { failures, ...found } = compareGolden(answers, golden);
    if (failures > 0)
      throw new PlimsollError('GOLDEN_DIFFERS', { model, failures, cells: found.cells, ...found.worst });
    result ??= { proof: 'golden', seed: seed ?? DEFAULT_SEED, ...found };
  }
  if (!result)
    throw new PlimsollError('ENGINE_MISSING', { model, runtime: 'any', reason: 'no engine can run it' });
  return result;
}
