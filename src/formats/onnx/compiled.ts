import { blockerOf } from '../../model/blocker.ts';
import type { ModelDescription, NamedGlobal } from '../../model/description.ts';
import { checkModel } from '../../onnx/check/model.ts';
import type { OnnxModel } from '../../onnx/graph.ts';
import { limitsForFile, type OnnxLimits } from '../../onnx/limits.ts';
import { describeGraph, type GraphOrigin } from './describe.ts';
import { lintModel } from './lint.ts';

/** What is known of a model before it is compiled. */
export interface CompiledOrigin extends GraphOrigin {
  readonly globals: readonly NamedGlobal[];
}

/**
 * What was compiled, checked and linted as a graph of others is; or what stands in the way.
 *
 * @param bytes of the file: what it brings along, its graph may take
 * @param limits asked for once it is compiled, when it is known what came with the file
 */
export function describeCompiled(
  compile: () => OnnxModel,
  known: CompiledOrigin,
  bytes: Uint8Array,
  limits: (model: OnnxModel) => OnnxLimits = () => limitsForFile(bytes.length),
): ModelDescription {
  try {
    const model = compile();
    checkModel(model, limits(model));
    const linted = lintModel(model);
    const notes = [...known.notes, ...linted.notes];
    const described = describeGraph(linted, { ...known, notes });
    return { ...described, globals: known.globals };
  } catch (error) {
    return { ...known, compression: null, blockers: [blockerOf(error)], content: null };
  }
}
