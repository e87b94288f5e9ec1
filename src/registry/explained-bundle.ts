import { PlimsollError } from '../core/errors.ts';
import type { Engine } from '../engine/engine.ts';
import { explainModel } from '../explain/explain-model.ts';
import type { ExplainedModel } from '../explain/explained-model.ts';
import type { Explainer, ExplanationMethod } from '../explain/explanation.ts';
import { readModelFile } from '../files/read-model.ts';
import type { Batch } from '../model/batch.ts';
import type { ModelContent } from '../model/description.ts';
import { choicesOf } from '../model/reading-choices.ts';
import { readBackground } from './background.ts';
import { graphPath, originalPath, readManifest } from './bundle.ts';
import { createEngine } from './engines.ts';
import { loadBundle } from './load.ts';
import { contentOf } from './model-content.ts';
import { type BundleManifest, runsWithPython } from './version.ts';

/** The version whose answers are to be explained. */
export interface ExplainedVersion {
  readonly bundle: string;
  readonly model: string;
  readonly version: number;
}

/** How it is to be explained; null leaves it to the model. */
export interface ExplainerChoice {
  readonly output: string | null;
  readonly method: ExplanationMethod | null;
}

/** The model of an accepted bundle, ready to be explained against the rows that the bundle keeps. */
export interface ExplainedBundle {
  readonly manifest: BundleManifest;
  readonly model: ExplainedModel;
  /** The rows that it is explained against; null where there are none. */
  readonly background: Batch | null;
  /** Throws EXPLANATION_UNFIT. */
  explainer(choice: ExplainerChoice): Promise<Explainer<Batch>>;
  close(): Promise<void>;
}

/**
 * Reads the model of a bundle once more, with what only explanations need of it. `background` are other rows than those of the
 * bundle. Throws BUNDLE_GONE, EXPLANATION_UNFIT for a model that Python runs, and what loading throws.
 */
export async function openExplainedBundle(
  { bundle, model, version }: ExplainedVersion,
  background: Batch | null = null,
): Promise<ExplainedBundle> {
  const manifest = readManifest(bundle);
  if (manifest === null) throw new PlimsollError('BUNDLE_GONE', { model, version, digest: bundle });
  if (runsWithPython(manifest))
    throw unfit(
      model,
      'it runs with Python',
      'Push it in a format that is compiled (`plimsoll doctor FILE`)',
    );
  const { content, engine } = await opened({ bundle, model, version }, manifest);
  const rows = background ?? readBackground(bundle, manifest);
  const subject = { name: `${model}@${version}`, content, engine };
  return {
    ...{ manifest, model: subject, background: rows },
    explainer({ output, method }) {
      const against = method === 'tree-path-dependent' ? null : rows;
      const asked = { output: output ?? undefined, method: method ?? undefined, background: against };
      return explainModel(subject, asked);
    },
    close: async () => engine.close(),
  };
}

interface OpenedContent {
  readonly content: ModelContent;
  readonly engine: Engine;
}

async function opened(version: ExplainedVersion, manifest: BundleManifest): Promise<OpenedContent> {
  const { bundle, model } = version;
  const { signature, runtime, graph } = manifest;
  if (graph) {
    const { engine } = await loadBundle(bundle, model, version.version);
    const memory = manifest.graphMemory ?? { kind: 'unbounded', reason: 'nothing was proved' };
    return { content: { kind: 'graph', onnx: graphPath(bundle), signature, memory }, engine };
  }
  const { maxModel } = manifest;
  const read = readModelFile(originalPath(bundle, manifest), {
    maxModel: maxModel ?? undefined,
    covers: true,
    ...choicesOf(manifest),
  });
  const content = contentOf(read);
  return { content, engine: await createEngine(content, runtime) };
}

const unfit = (model: string, reason: string, way: string): PlimsollError =>
  new PlimsollError('EXPLANATION_UNFIT', { model, reason, way });
