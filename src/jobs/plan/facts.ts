/**
 * What a run's output depends on, as plain data: kept with the run, so that another one under the same job can say what is
 * different. The job's name, workers, prices, budgets and times of files are no part of it. Pure.
 */
import type { FrozenItem } from '../chunk.ts';
import type { PlannedExplanation, PlannedModel, RunPlan } from '../run/plan.ts';
import { modelLabel } from '../run/plan.ts';
import { shownUri } from '../spec/redaction.ts';
import type { JobSpec } from '../spec/spec.ts';

type FileItem = Extract<FrozenItem, { kind: 'file' }>;
type TableItem = Extract<FrozenItem, { kind: 'table' }>;

/** A frozen item without what a copy of it does not have, and without what follows from its content. */
export type InputFact = Omit<FileItem, 'mtimeMs' | 'layout'> | Omit<TableItem, 'layout'>;

export interface RunFacts {
  readonly schema: 1;
  readonly model: Pick<PlannedModel, 'digest' | 'runtime' | 'converter'> & {
    /** Where rows are stamped with it. */
    readonly label: string | null;
  };
  /** What is explained of each row, and what with; absent where nothing is. */
  readonly explain?: NonNullable<JobSpec['explain']> & {
    /** Digests. */
    readonly background: string | null;
    readonly templates: string | null;
  };
  readonly source: JobSpec['source'];
  readonly sink: JobSpec['sink'];
  readonly key: string;
  readonly options: Pick<JobSpec['options'], 'chunkRows' | 'duplicates'>;
  /** Columns that the model reads, and those of the output with their types. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly chunks: number;
  readonly input: readonly InputFact[];
}

/** The facts of a run: what it is asked for, and what it has found. */
export function runFactsOf(spec: JobSpec, plan: RunPlan): RunFacts {
  const { digest, runtime, converter } = plan.model;
  const { chunkRows, duplicates } = spec.options;
  const label = spec.sink.stamps.includes('model_version') ? modelLabel(plan.model) : null;
  return {
    schema: 1,
    model: { digest, runtime, converter, label },
    ...(spec.explain && plan.explained && { explain: explainFact(spec.explain, plan.explained) }),
    source: { ...spec.source, uri: shownUri(spec.source.uri) },
    sink: { ...spec.sink, uri: shownUri(spec.sink.uri) },
    key: spec.key,
    options: { chunkRows, duplicates },
    reads: plan.inputs,
    writes: plan.columns.map(({ name, type }) => `${name} ${type}`),
    chunks: plan.chunks.length,
    input: plan.frozen.items.map(inputFact),
  };
}

const explainFact = (
  explain: NonNullable<JobSpec['explain']>,
  { background, reasons }: PlannedExplanation,
): NonNullable<RunFacts['explain']> => ({ ...explain, background, templates: reasons });

/** What of a frozen item is the same for a copy of it. */
export function inputFact(item: FrozenItem): InputFact {
  const { layout: _, ...rest } = item;
  if (rest.kind === 'table') return rest;
  const { mtimeMs: __, ...fact } = rest;
  return fact;
}
