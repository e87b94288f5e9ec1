import { required } from '../core/element-at.ts';
import { isPlimsollError, PlimsollError } from '../core/errors.ts';
import type { Clock } from '../core/ports.ts';
import type { Engine } from '../engine/engine.ts';
import type { Batch, Outputs } from '../model/batch.ts';
import type { ModelContent } from '../model/description.ts';
import type { Signature } from '../model/signature.ts';
import { sliceBatch } from '../model/slice.ts';
import { decodeInput } from '../serving/rows/decode.ts';
import { outputsToJson } from '../serving/rows/outputs-to-json.ts';
import { boundaryRows } from './boundary/rows.ts';
import { type ComparisonTolerance, compareCells, type OutputComparison, promised } from './compare.ts';
import { type EngineChoice, isEngine } from './engines.ts';
import {
  compareFileGolden,
  compareGolden,
  GOLDEN_WAY,
  type GoldenReplay,
  type GoldenTally,
} from './golden.ts';
import { OutputPeaks } from './output-peaks.ts';
import type { VersionVerification } from './version.ts';
import { isWorseCell } from './worst-cell.ts';

export interface VerifyOptions {
  /** Name of the file, for messages. */
  readonly model: string;
  readonly clock: Clock;
  readonly golden?: GoldenReplay | undefined;
  /** Every boundary row, without the time budget. */
  readonly full?: boolean | undefined;
  readonly seed?: number | undefined;
  /** Time for comparing, in milliseconds; rows not compared by then are left out, and the count says so. */
  readonly budgetMillis?: number | undefined;
}

/** What to do where the answers to rows of the file itself are others. */
const OWN_ROWS_WAY =
  'These rows are part of the file: export it again, with the answers of the model that it holds; a file without them is served unchecked';

const DEFAULT_SEED = 20_260_101;
/** Rows of the comparison at registration, and of `--full`. */
const ROWS_MAX = 4000;
const FULL_ROWS_MAX = 2_000_000;
/** Cells of the rows at registration: of a wide model there are fewer rows. */
const CELLS_MAX = 1_000_000;
/** Small first: one block must fit the budget even where an engine is slow. */
const BLOCK_ROWS = 250;

/**
 * Proves a model: golden rows where given, and both engines against each other on boundary rows. Throws
 * GOLDEN_DIFFERS or ENGINES_DISAGREE with the worst cell.
 */
export async function verifyEngines(
  content: ModelContent,
  engines: EngineChoice,
  options: VerifyOptions,
): Promise<VersionVerification> {
  // With no engine at all there is nothing to check, and that is no success.
  if (!isEngine(engines.native) && !isEngine(engines.onnx)) {
    const wantsOnnx = content.kind === 'graph' || engines.onnx.code.startsWith('PART_');
    throw wantsOnnx ? engines.onnx : engines.native;
  }
  const own = await replayOwnRows(content, engines, options);
  const golden = options.golden ? await replayGolden(content, engines, options.golden, options) : own;
  const seed = options.seed ?? DEFAULT_SEED;
  const compared = await compareEngines(content, engines, { ...options, seed });
  if (golden) return golden;
  // Rows that both refused prove nothing.
  if (compared && compared.cells > 0) return { proof: 'engines-agree', seed, ...compared };
  return { proof: 'single-engine', seed, rows: 0, cells: 0, differingBits: 0, worst: null };
}

async function compareEngines(
  content: ModelContent,
  { native, onnx }: EngineChoice,
  options: VerifyOptions & { seed: number },
): Promise<Omit<VersionVerification, 'proof' | 'seed'> | null> {
  if (content.kind !== 'steps' || !isEngine(native) || !isEngine(onnx)) return null;
  const { root, signature } = content;
  const deadline = options.clock.monotonic() + (options.full ? Infinity : (options.budgetMillis ?? 2000));
  const limit = options.full ? FULL_ROWS_MAX : rowsFor(signature);
  const batch = boundaryRows(root, signature, { seed: options.seed, limit });
  const judge: Judge = { tolerance: (output) => promised(root, output), peaks: new OutputPeaks() };
  let total = NOTHING_COMPARED;
  const inTime = (start: number): boolean => start === 0 || options.clock.monotonic() < deadline;
  for (let start = 0; start < batch.rows && inTime(start); start += BLOCK_ROWS) {
    const block = sliceBatch(batch, start, Math.min(batch.rows, start + BLOCK_ROWS));
    const found = await compareBlock(native, onnx, block, judge);
    total = add(total, found, start);
  }
  const { failures, ...verification } = total;
  if (failures > 0)
    throw new PlimsollError('ENGINES_DISAGREE', {
      ...{ model: options.model, failures, cells: verification.cells, ...verification.worst },
      ...{ leftEngine: native.id, rightEngine: onnx.id },
    });
  return verification;
}

function rowsFor(signature: Signature): number {
  const columns = signature.form === 'tensors' ? 1 : Math.max(1, signature.columns.length);
  return Math.min(ROWS_MAX, Math.max(BLOCK_ROWS, Math.floor(CELLS_MAX / columns)));
}

interface Judge {
  readonly tolerance: (output: string) => ComparisonTolerance;
  readonly peaks: OutputPeaks;
}

/** What both engines say to some neighbouring rows; null is a refusal. */
interface Answers {
  readonly rows: number;
  /** Rows of which no two engines need say the same (`Engine.undecided`). */
  readonly undecided: Uint8Array | null;
  readonly native: Outputs | null;
  readonly onnx: Outputs | null;
}

async function compareBlock(
  native: Engine,
  onnx: Engine,
  block: Batch,
  judge: Judge,
): Promise<OutputComparison> {
  const parts = await answersOf(native, onnx, block);
  for (const part of parts) if (part.onnx) judge.peaks.see(part.onnx);
  let total = NOTHING_COMPARED;
  let start = 0;
  for (const part of parts) {
    total = add(total, compareAnswers(part, judge), start);
    start += part.rows;
  }
  return total;
}

function compareAnswers(
  { rows, undecided, native, onnx }: Answers,
  { tolerance, peaks }: Judge,
): OutputComparison {
  if (native && onnx) return compareCells(native, onnx, tolerance, peaks, undecided);
  if (!native && !onnx) return { ...NOTHING_COMPARED, rows };
  return oneRefused(native ? 'an answer' : 'a refusal', onnx ? 'an answer' : 'a refusal');
}

/**
 * Answers of two engines to a block. Rows that a step inside the model refuses (a logarithm of a negative number met
 * by an estimator without NaN) must be refused by both: a refused block is halved until single rows say which.
 */
async function answersOf(native: Engine, onnx: Engine, block: Batch): Promise<readonly Answers[]> {
  const answered = await answerOrRefusal(native, block);
  const answers: Answers = {
    rows: block.rows,
    undecided: answered === null ? null : (native.undecided?.(block) ?? null),
    native: answered,
    onnx: await answerOrRefusal(onnx, block),
  };
  if (block.rows === 1 || (answers.native && answers.onnx)) return [answers];
  const half = block.rows >> 1;
  return [
    ...(await answersOf(native, onnx, sliceBatch(block, 0, half))),
    ...(await answersOf(native, onnx, sliceBatch(block, half, block.rows))),
  ];
}

const NOTHING_COMPARED: OutputComparison = { rows: 0, cells: 0, differingBits: 0, failures: 0, worst: null };
const oneRefused = (left: string, right: string): OutputComparison => ({
  rows: 1,
  cells: 1,
  differingBits: 1,
  failures: 1,
  worst: { output: 'the row', row: 0, column: 0, left, right, relative: 1 },
});

async function answerOrRefusal(engine: Engine, block: Batch): Promise<Outputs | null> {
  try {
    return await engine.infer(block);
  } catch (error) {
    if (isPlimsollError(error) && error.code === 'INPUT_INVALID') return null;
    throw error;
  }
}

function add(total: OutputComparison, block: OutputComparison, start: number): OutputComparison {
  const worst = block.worst && { ...block.worst, row: block.worst.row + start };
  const fresh = { failures: total.failures + Math.min(block.failures, 1), worst: total.worst };
  const keep = worst !== null && isWorseCell(fresh, block.failures > 0, worst.relative);
  return {
    rows: total.rows + block.rows,
    cells: total.cells + block.cells,
    differingBits: total.differingBits + block.differingBits,
    failures: total.failures + block.failures,
    worst: keep ? worst : total.worst,
  };
}

function replayGolden(
  content: ModelContent,
  engines: EngineChoice,
  golden: GoldenReplay,
  options: VerifyOptions,
): Promise<VersionVerification> {
  return replay(content, engines, options, {
    batch: decodeInput(golden.input, content.signature),
    compare: (answers) => compareGolden(answers, golden),
    way: GOLDEN_WAY,
  });
}

/** The rows that the file brings; null where it brings none. Rows that the model does not take are answered with GOLDEN_INVALID. */
async function replayOwnRows(
  content: ModelContent,
  engines: EngineChoice,
  options: VerifyOptions,
): Promise<VersionVerification | null> {
  if (content.kind !== 'steps' || content.goldenRows === undefined) return null;
  const { signature, goldenRows } = content;
  const { names, rows } = goldenRows;
  try {
    const batch = decodeInput({ dataframe_split: { columns: names, data: rows } }, signature);
    const found = await replay(content, engines, options, {
      batch,
      compare: (answers) => compareFileGolden(answers, goldenRows),
      way: OWN_ROWS_WAY,
    });
    return { ...found, goldenOf: 'file' };
  } catch (cause) {
    if (!isPlimsollError(cause) || cause.code !== 'INPUT_INVALID') throw cause;
    const reason = `the model does not take the rows that the file brings with their answers: ${cause.message}`;
    throw new PlimsollError('GOLDEN_INVALID', { path: options.model, reason }, { cause });
  }
}

/** What is replayed, and what to do where answers differ. */
interface GoldenComparison {
  readonly batch: Batch;
  readonly compare: (answers: Readonly<Record<string, unknown>>) => GoldenTally;
  readonly way: string;
}

async function replay(
  content: ModelContent,
  engines: EngineChoice,
  { model, seed }: VerifyOptions,
  { batch, compare, way }: GoldenComparison,
): Promise<VersionVerification> {
  let result: VersionVerification | null = null;
  for (const engine of [engines.native, engines.onnx].filter(isEngine)) {
    const { failures, ...found } = compare(outputsToJson(await engine.infer(batch), content.signature));
    if (failures > 0)
      throw new PlimsollError('GOLDEN_DIFFERS', { model, failures, cells: found.cells, ...found.worst, way });
    result ??= { proof: 'golden', seed: seed ?? DEFAULT_SEED, ...found };
  }
  // There is an engine: `verifyEngines` has looked.
  return required(result, 'a result');
}
