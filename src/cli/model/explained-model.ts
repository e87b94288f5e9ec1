import { existsSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { ExplainedModel } from '../../explain/explained-model.ts';
import type { Batch } from '../../model/batch.ts';
import { choicesOf } from '../../model/reading-choices.ts';
import { withReadableControl } from '../connection/control.ts';
import type { Terminal } from '../output/terminal.ts';
import type { ExplainedModelOptions } from './explained-options.ts';
import type { ModelFileOptions } from './file-options.ts';

/** A model that is to be explained, and the rows that a version keeps for that; null of a file. */
export interface OpenExplained {
  readonly model: ExplainedModel;
  readonly background: Batch | null;
  /** What names the model's file with what was chosen of it, sha256 in hex; null of a folder. */
  readonly digest: string | null;
  close(): Promise<void>;
}

/**
 * A file, or `M`, `M@VERSION` or `M@alias` of a registered model. Throws what reading a file throws, what `resolveModel` throws, and
 * EXPLANATION_UNFIT for a version that Python runs.
 */
export async function openExplained(
  word: string,
  options: ExplainedModelOptions,
  terminal: Terminal,
): Promise<OpenExplained> {
  if (!existsSync(word)) return registered(word, options, terminal);
  const opened = await openModelFile(word, options, terminal);
  try {
    const { digestOfModelFile, identityOf } = await import('../../registry/digest.ts');
    const isFile = statSync(word).isFile();
    const digest = isFile ? identityOf(await digestOfModelFile(word), [], choicesOf(options)) : null;
    return { ...opened, background: null, digest };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** A model file that is read as data. Throws what reading a file throws. */
export async function openModelFile(
  path: string,
  options: ModelFileOptions,
  terminal: Terminal,
): Promise<Pick<OpenExplained, 'model' | 'close'>> {
  const { readModel, whileReading } = await import('./open-model.ts');
  const { contentOf } = await import('../../registry/model-content.ts');
  const { createEngine } = await import('../../registry/engines.ts');
  const content = contentOf(
    await whileReading(terminal, path, (onRead) => readModel(path, { ...options, onRead, covers: true })),
  );
  const engine = await createEngine(content, content.kind === 'graph' ? 'onnx' : 'native');
  return { model: { name: basename(path), content, engine }, close: async () => engine.close() };
}

async function registered(
  reference: string,
  options: ExplainedModelOptions,
  terminal: Terminal,
): Promise<OpenExplained> {
  const { resolveModel } = await import('../../jobs/run/model.ts');
  const { openExplainedBundle } = await import('../../registry/explained-bundle.ts');
  const progress = terminal.progress(reference);
  try {
    const { accepted, digest, name, version } = await resolveModel(reference, {
      dataDir: resolve(options.data),
      ask: (work) => withReadableControl(options, work),
      onProgress: (stage) => progress.update(stage),
      choices: choicesOf(options),
      action: 'explain',
    });
    const { bundle } = accepted;
    const opened = await openExplainedBundle({ bundle, model: name ?? reference, version: version ?? 1 });
    return { ...opened, digest };
  } finally {
    progress.done();
  }
}
