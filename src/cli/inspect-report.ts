import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { isPlimsollError } from '../core/errors.ts';
import type {
  Blocker,
  Framework,
  ModelContent,
  NamedGlobal,
  Note,
  OutlineNode,
} from '../model/description.ts';
import type { Signature } from '../model/signature.ts';
import { digestFile } from '../registry/bundle.ts';
import { readModel } from './model.ts';

/** Whether one engine can run the model, and if not, why. */
export interface EngineReport {
  readonly runs: boolean;
  readonly reason: string | null;
}

/** All that `inspect` knows; `--json` prints it whole. */
export interface InspectReport {
  readonly file: string;
  readonly size: number;
  readonly digest: string;
  readonly format: string;
  readonly compression: string | null;
  readonly framework: Framework;
  readonly outline: OutlineNode | null;
  readonly signature: Signature | null;
  readonly engines: { readonly native: EngineReport; readonly onnx: EngineReport } | null;
  readonly blockers: readonly Blocker[];
  readonly globals: readonly NamedGlobal[];
  readonly notes: readonly Note[];
}

/** Reads a file as data and tries what could run it; nothing of the file is executed. */
export async function reportOn(path: string, maxModel?: number): Promise<InspectReport> {
  const { content, ...description } = await readModel(path, maxModel);
  const { format, compression, framework, outline, blockers, globals, notes } = description;
  return {
    file: basename(path),
    size: statSync(path).size,
    digest: digestFile(path),
    format,
    compression,
    framework,
    outline,
    signature: content?.signature ?? null,
    engines: content && { native: await tryNative(content), onnx: await tryOnnx(content) },
    blockers,
    globals,
    notes,
  };
}

async function tryNative(content: ModelContent): Promise<EngineReport> {
  if (content.kind === 'graph') return { runs: false, reason: 'an ONNX graph runs in onnxruntime' };
  return attempt(async () => {
    const { createNativeEngine } = await import('../engine/native/engine.ts');
    createNativeEngine(content);
  });
}

async function tryOnnx(content: ModelContent): Promise<EngineReport> {
  if (content.kind === 'graph') return { runs: true, reason: null };
  return attempt(async () => {
    const { compileModel } = await import('../compile/compile.ts');
    const { preparePrefixes } = await import('../engine/onnx/prefix.ts');
    await preparePrefixes(compileModel(content).prefix);
  });
}

async function attempt(build: () => Promise<void>): Promise<EngineReport> {
  try {
    await build();
    return { runs: true, reason: null };
  } catch (error) {
    if (!isPlimsollError(error)) throw error;
    return { runs: false, reason: error.message };
  }
}
