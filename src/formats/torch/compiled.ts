import { sha256 } from '../../bytes/sha256.ts';
import { blockerOf } from '../../model/blocker.ts';
import type { ModelDescription, NamedGlobal, OutlineNode, ReadNote } from '../../model/description.ts';
import { checkModel } from '../../onnx/check/model.ts';
import type { OnnxModel } from '../../onnx/graph.ts';
import { limitsForFile } from '../../onnx/limits.ts';
import { describeGraph } from '../onnx/describe.ts';
import { lintModel } from '../onnx/lint.ts';

/** What is known of a model before it is compiled. */
export interface CompiledOrigin {
  readonly framework: ModelDescription['framework'];
  readonly outline: OutlineNode;
  readonly notes: readonly ReadNote[];
  readonly globals: readonly NamedGlobal[];
}

/** What was compiled, checked and linted as a graph of others is; or what stands in the way. */
export function describeCompiled(
  compile: () => OnnxModel,
  known: CompiledOrigin,
  bytes: Uint8Array,
): ModelDescription {
  try {
    const model = compile();
    checkModel(model, limitsForFile(bytes.length));
    const linted = lintModel(model);
    const notes = [...known.notes, ...linted.notes];
    const described = describeGraph(linted, { ...known, notes, format: 'torch', fileDigest: sha256(bytes) });
    return { ...described, globals: known.globals };
  } catch (error) {
    const blockers = [blockerOf(error)];
    return { ...known, format: 'torch', compression: null, blockers, content: null };
  }
}
