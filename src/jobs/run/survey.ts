import { canonicalJson } from '../../core/canonical-json.ts';
import { PlimsollError } from '../../core/errors.ts';
import { sha256Hex } from '../../core/sha256.ts';
import { bindInputs } from '../../scorer/bind.ts';
import type { Chunk, FrozenInput } from '../chunk.ts';
import { retryOutage } from '../outage.ts';
import type { FreezeOptions, JobSource, PieceStore } from '../sources/source.ts';
import type { JobSpec } from '../spec/spec.ts';
import { keptColumns } from '../worker/output.ts';
import type { ChunkWorkerModel } from '../worker/protocol.ts';
import { type JobModel, type ModelOptions, resolveModel } from './model.ts';
import { changedItem, type PlannedExplanation, type PlannedModel, type RunPlan } from './plan.ts';
import type { RunStep } from './progress.ts';

export interface SurveyOptions extends Pick<ModelOptions, 'dataDir' | 'ask'> {
  readonly source: JobSource;
  readonly pieces: PieceStore;
  readonly stop: AbortSignal;
  readonly onStep: (step: RunStep) => void;
  /** Told what to load as soon as it is known, before the input is read. */
  readonly onBound: (model: ChunkWorkerModel) => void;
}

/** What a run is about: the model there is, and the input as it is now. */
export interface RunSurvey {
  readonly model: PlannedModel;
  readonly explained?: PlannedExplanation;
  readonly inputs: readonly string[];
  readonly frozen: FrozenInput;
  readonly chunks: readonly Chunk[];
}

/** The part of an earlier plan that need not be found again. */
export type EarlierPlan = Pick<RunPlan, 'frozen' | 'chunks'> | null;

/**
 * Looks at model and input. `before` is what an earlier attempt has frozen, which is taken over where the input looks as it
 * did. Throws INPUT_COLUMNS, and what model and source throw.
 */
export async function survey(spec: JobSpec, before: EarlierPlan, options: SurveyOptions): Promise<RunSurvey> {
  const { source, onStep, onBound } = options;
  const onProgress = (): void => onStep({ phase: 'model' });
  onProgress();
  const model = await resolveModel(spec.model, { ...options, choices: spec.choices, onProgress });
  const { signature } = model.accepted.manifest;
  const listed = await retrySource(() => source.list());
  const inputs = bindInputs(signature, listed.columns, spec);
  requireColumns(spec, listed);
  onBound({ bundle: model.accepted.bundle, inputs, explain: spec.explain ?? null });
  const { frozen, chunks } = await freeze(spec, before, listed, options);
  return { model: plannedModel(model), ...plannedExplanation(spec, model), inputs, frozen, chunks };
}

const retrySource = <T>(work: () => Promise<T>): Promise<T> => retryOutage(['SOURCE_UNAVAILABLE'], work);

/** Columns that a message lists. */
const SHOWN = 20;

/** Key and carried columns. Throws INPUT_COLUMNS. */
function requireColumns(spec: JobSpec, { columns }: FrozenInput): void {
  const there = new Set(columns.map(({ name }) => name));
  const missing = keptColumns(spec).filter((name) => !there.has(name));
  if (missing.length === 0) return;
  const list = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');
  const found = columns.slice(0, SHOWN).map(({ name }) => name);
  const problem = `there is no ${list(missing)} to be key or carried, there is ${list(found)}`;
  throw new PlimsollError('INPUT_COLUMNS', { problem });
}

async function freeze(
  spec: JobSpec,
  before: EarlierPlan,
  listed: FrozenInput,
  { source, pieces, stop, onStep }: SurveyOptions,
): Promise<Pick<RunPlan, 'frozen' | 'chunks'>> {
  if (before !== null && changedItem(before.frozen, listed) === null) return before;
  const options: FreezeOptions = {
    pieces,
    onProgress: (bytes, of) => onStep({ phase: 'input', share: of === 0 ? 1 : bytes / of }),
    signal: stop,
  };
  onStep({ phase: 'input' });
  const frozen = await retrySource(() => source.freeze(options));
  return { frozen, chunks: await retrySource(() => source.chunks(frozen, spec.options.chunkRows)) };
}

function plannedModel({ accepted, digest, name, version }: JobModel): PlannedModel {
  const { file, runtime, converter } = accepted.manifest;
  return { name, version, file, digest, runtime, converter };
}

/** What reasons depend on beside the model. */
function plannedExplanation(
  { explain }: JobSpec,
  { accepted }: JobModel,
): { readonly explained?: PlannedExplanation } {
  if (explain === undefined) return {};
  const { background, reasons } = accepted.manifest;
  return {
    explained: {
      background: background?.digest ?? null,
      reasons: reasons === undefined ? null : sha256Hex(canonicalJson(reasons)),
    },
  };
}
