/** An engine that answers with reasons beside its outputs. */
import { PlimsollError } from '../core/errors.ts';
import type { Engine } from '../engine/engine.ts';
import type { Explainer, ExplanationMethod } from '../explain/explanation.ts';
import { NO_TEMPLATES } from '../explain/reasons/reason-templates.ts';
import { type RowReason, rowReasons } from '../explain/reasons/row-reasons.ts';
import type { Batch, Outputs } from '../model/batch.ts';
import type { OutputSpec } from '../model/signature.ts';
import { type ExplainedBundle, openExplainedBundle } from '../registry/explained-bundle.ts';
import type { AcceptedVersion, BundleManifest } from '../registry/version.ts';

/** Which reasons of a row become columns. */
export interface ReasonColumns {
  /** Of a row, the first so many. */
  readonly top: number;
  /** Output to explain, and how; null leaves it to the model. */
  readonly output: string | null;
  readonly method: ExplanationMethod | null;
  /** Whether the words are columns, too; null: where the version declares any. */
  readonly reasons: boolean | null;
}

/** How rows were explained. */
export interface ExplanationFact {
  readonly method: ExplanationMethod;
  readonly output: string;
}

/** An engine, and the columns that it answers beside its own. */
export interface ExplainedEngine {
  readonly engine: Engine;
  readonly outputs: readonly OutputSpec[];
  readonly fact: ExplanationFact;
}

/**
 * Answers `reason_1`, `reason_1_attribution` and so on as outputs of one number or text a row: the column, and what it added; with
 * `reason_1_text`, and `reason_1_code` where codes are declared. What is not there is an empty text, or NaN. Rows of a batch must not depend on each
 * other. Throws EXPLANATION_UNFIT, and BATCH_UNSUPPORTED where the model has outputs of such names.
 */
export async function explainedEngine(
  engine: Engine,
  { bundle, manifest }: Pick<AcceptedVersion, 'bundle' | 'manifest'>,
  asked: ReasonColumns,
): Promise<ExplainedEngine> {
  const opened = await openExplainedBundle({ bundle, model: manifest.file, version: 1 });
  try {
    const explainer = await opened.explainer(asked);
    const outputs = reasonOutputs(manifest, asked);
    const taken = manifest.signature.outputs.find(({ name }) => outputs.some((one) => one.name === name));
    if (taken !== undefined)
      throw new PlimsollError('BATCH_UNSUPPORTED', {
        model: manifest.file,
        reason: `it has an output "${taken.name}" of its own, and reasons would have that name`,
      });
    const { method, output } = explainer;
    return {
      engine: answering(engine, opened, explainer, outputs, asked.top),
      outputs,
      fact: { method, output },
    };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

function answering(
  engine: Engine,
  opened: ExplainedBundle,
  explainer: Explainer<Batch>,
  outputs: readonly OutputSpec[],
  top: number,
): Engine {
  const { signature, reasons: templates = NO_TEMPLATES } = opened.manifest;
  return {
    id: engine.id,
    async infer(batch, isWanted) {
      const answered = await engine.infer(batch, isWanted);
      const attributions = await explainer.explain(batch);
      const told = rowReasons({ explainer, attributions, batch, signature, templates }, top);
      return { ...answered, ...reasonTensors(outputs, told) };
    },
    async close() {
      await opened.close();
      await engine.close();
    },
  };
}

/** What a column of reasons holds, by what follows `reason_1` in its name. */
const PARTS = {
  '': ({ feature }: RowReason) => feature,
  _attribution: ({ attribution }: RowReason) => attribution,
  _code: ({ code }: RowReason) => code ?? '',
  _text: ({ text }: RowReason) => text,
} as const;
type PartName = keyof typeof PARTS;

const NAME = /^reason_(\d+)(|_attribution|_code|_text)$/;

function reasonOutputs({ reasons }: BundleManifest, asked: ReasonColumns): readonly OutputSpec[] {
  const isTold = asked.reasons ?? reasons !== undefined;
  const hasCodes = Object.values(reasons?.columns ?? {}).some(({ code }) => code !== undefined);
  const parts: readonly PartName[] = [
    ...(['', '_attribution'] as const),
    ...(isTold && hasCodes ? (['_code'] as const) : []),
    ...(isTold ? (['_text'] as const) : []),
  ];
  return Array.from({ length: asked.top }, (_, k) =>
    parts.map((part): OutputSpec => {
      const dtype = part === '_attribution' ? 'float64' : 'string';
      return { name: `reason_${k + 1}${part}`, dtype, shape: [-1] };
    }),
  ).flat();
}

function reasonTensors(outputs: readonly OutputSpec[], told: readonly (readonly RowReason[])[]): Outputs {
  const shape = [told.length];
  const tensors = outputs.map(({ name }) => {
    const [, place = '', part = ''] = NAME.exec(name) ?? [];
    const read = PARTS[part as PartName];
    const cells = told.map((reasons) => {
      const reason = reasons[Number(place) - 1];
      return reason === undefined ? null : read(reason);
    });
    return part === '_attribution'
      ? ([
          name,
          { dtype: 'float64', shape, data: Float64Array.from(cells, (cell) => Number(cell ?? Number.NaN)) },
        ] as const)
      : ([name, { dtype: 'string', shape, data: cells.map((cell) => String(cell ?? '')) }] as const);
  });
  return Object.fromEntries(tensors);
}
