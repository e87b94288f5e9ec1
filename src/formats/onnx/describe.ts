import type { ModelDescription, OutlineNode, ReadNote, SourceFramework } from '../../model/description.ts';
import { encodeInPieces } from '../../onnx/encode.ts';
import type { LintedGraph } from './lint.ts';
import { graphMemory, memoryNotes } from './memory.ts';
import { graphSignature } from './signature.ts';

/** Where a graph came from. */
export interface GraphOrigin {
  /** Id of the format that read it. */
  readonly format: string;
  readonly framework: SourceFramework;
  readonly outline: OutlineNode;
  readonly notes: readonly ReadNote[];
}

/**
 * A graph as the description of a model: with its signature, what one row may take of memory, and encoded anew from what
 * was understood, so that no reader downstream can understand a file differently.
 *
 * @throws MODEL_UNSUPPORTED where an input or output is no tensor that JSON can carry
 */
export function describeGraph({ model, classes }: LintedGraph, origin: GraphOrigin): ModelDescription {
  const memory = graphMemory(model);
  const signature = graphSignature(model.graph, classes);
  return {
    format: origin.format,
    framework: origin.framework,
    compression: null,
    outline: origin.outline,
    globals: [],
    notes: [...origin.notes, ...memoryNotes(memory)],
    blockers: [],
    content: { kind: 'graph', onnx: encodeInPieces(model), signature, memory },
  };
}
