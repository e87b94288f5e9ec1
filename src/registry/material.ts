import type { OnnxEngineOptions } from '../engine/onnx/engine.ts';
import type { ModelContent } from '../model/description.ts';
import type { GraphBytes } from '../model/graph-bytes.ts';
import type { Signature } from '../model/signature.ts';
import type { PythonBundle } from './python/load.ts';

/** What an engine is built of: plain data, which may come from another thread. */
export type EngineMaterial =
  | CompiledMaterial
  /** `inner`: of the compiled model, where a script goes around it. */
  | { readonly kind: 'python'; readonly bundle: PythonBundle; readonly inner: CompiledMaterial | null };

/** What an engine of this process is built of. */
export type CompiledMaterial =
  /** `bundle`: the folder that the graph is in; runs apart from everything else. */
  | {
      readonly kind: 'isolated';
      readonly graph: GraphBytes;
      readonly signature: Signature;
      readonly name: string;
      readonly isParallel?: boolean | undefined;
      readonly bundle?: string | undefined;
    }
  | { readonly kind: 'steps'; readonly steps: Extract<ModelContent, { readonly kind: 'steps' }> }
  | { readonly kind: 'graph'; readonly options: OnnxEngineOptions };
