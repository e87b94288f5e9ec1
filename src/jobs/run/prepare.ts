import { PlimsollError } from '../../core/errors.ts';
import { bindInputs } from '../../scorer/bind.ts';
import type { Chunk, FrozenInput } from '../chunk.ts';
import { keptColumns, outputColumns } from '../lane/output.ts';
import type { LaneAnswers } from '../lane/protocol.ts';
import { retrying } from '../retry.ts';
import type { SinkColumn } from '../sinks/sink.ts';
import type { FreezeOptions, Pieces, Source } from '../sources/source.ts';
import type { JobSpec } from '../spec/spec.ts';
import type { HeldRun } from './held-run.ts';
import type { Lanes } from './lanes.ts';
import { type JobModel, type ModelOptions, resolveModel } from './model.ts';
import { changedItem, type RunPlan } from './plan.ts';
import type { Step } from './progress.ts';

export interface PrepareOptions extends Pick<ModelOptions, 'dataDir' | 'ask'> {
  readonly held: HeldRun;
  readonly source: Source;
  readonly lanes: Lanes;
  readonly pieces: Pieces;
  readonly stop: AbortSignal;
  readonly onStep: (step: Step) => void;
}

/**
 * Takes model and input to a plan: the model is loaded by the lanes while the input is frozen. `before` is the plan of an
 * earlier attempt, whose frozen input is taken over where it looks as it did. Throws INPUT_COLUMNS, and what model, source
 * and lanes throw.
 */
export async function prepare(
  spec: JobSpec,
  before: RunPlan | null,
  options: PrepareOptions,
): Promise<RunPlan> {
  const { source, lanes, onStep } = options;
  const onProgress = (): void => onStep({ phase: 'model' });
  onProgress();
  const model = await resolveModel(spec.model, { ...options, onProgress });
  const { signature } = model.accepted.manifest;
  const listed = await patiently(() => source.list());
  const inputs = bindInputs(signature, listed.columns, spec);
  requireColumns(spec, listed);
  const loading = lanes.load({ bundle: model.accepted.bundle, inputs });
  loading.catch(() => undefined);
  const { frozen, chunks } = await freeze(spec, before, listed, options);
  const { outputs } = await loading;
  const columns = outputColumnsOf(spec, frozen, outputs);
  return { model: plannedModel(model), inputs, outputs, columns, frozen, chunks };
}

const patiently = <T>(work: () => Promise<T>): Promise<T> => retrying(['SOURCE_UNAVAILABLE'], work);

/** Key and carried columns. Throws INPUT_COLUMNS. */
function requireColumns(spec: JobSpec, { columns }: FrozenInput): void {
  const there = new Set(columns.map(({ name }) => name));
  const missing = keptColumns(spec).filter((name) => !there.has(name));
  if (missing.length === 0) return;
  const list = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');
  const found = columns.slice(0, 20).map(({ name }) => name);
  const problem = `there is no ${list(missing)} (key and carried columns), only ${list(found)}`;
  throw new PlimsollError('INPUT_COLUMNS', { problem });
}

async function freeze(
  spec: JobSpec,
  before: RunPlan | null,
  listed: FrozenInput,
  { source, pieces, stop, onStep }: PrepareOptions,
): Promise<{ frozen: FrozenInput; chunks: readonly Chunk[] }> {
  if (before !== null && changedItem(before.frozen, listed) === null) return before;
  const options: FreezeOptions = {
    pieces,
    onProgress: (bytes, of) => onStep({ phase: 'input', share: of === 0 ? 1 : bytes / of }),
    signal: stop,
  };
  onStep({ phase: 'input' });
  const frozen = await patiently(() => source.freeze(options));
  return { frozen, chunks: await patiently(() => source.chunks(frozen, spec.options.chunkRows)) };
}

/** Throws INPUT_COLUMNS where two columns of the output would have one name. */
function outputColumnsOf(
  spec: JobSpec,
  frozen: FrozenInput,
  outputs: LaneAnswers['load']['outputs'],
): SinkColumn[] {
  const types = new Map(frozen.columns.map(({ name, type }) => [name, type]));
  const columns = outputColumns(spec, types, outputs);
  const seen = new Set<string>();
  for (const { name } of columns) {
    // Databases and DuckDB take names that differ in case alone for one.
    const folded = name.toLowerCase();
    if (seen.has(folded)) {
      const problem = `the output would have two columns "${name}": one of the input, one of the model`;
      throw new PlimsollError('INPUT_COLUMNS', { problem });
    }
    seen.add(folded);
  }
  return columns;
}

function plannedModel({ accepted, digest, name, version }: JobModel): RunPlan['model'] {
  const { file, runtime, converter } = accepted.manifest;
  return { name, version, file, digest, runtime, converter };
}

/** What is found in the pieces of the input, kept in the ledger with the run. */
export function piecesOf(
  held: HeldRun,
  known: readonly { readonly path: string; readonly piece: number; readonly digest: string }[],
): Pieces {
  const found = new Map(known.map(({ path, piece, digest }) => [`${piece} ${path}`, digest]));
  return {
    get: (path, piece) => found.get(`${piece} ${path}`),
    put: (path, piece, digest) => held.addPiece(path, piece, digest),
  };
}
