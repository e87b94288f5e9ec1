import { closeSync, copyFileSync, openSync, statSync, writeSync } from 'node:fs';
import type { ModelContent } from '../../model/description.ts';
import { type GraphBytes, graphPieces } from '../../model/graph-bytes.ts';

/** Bytes of the ModelProto. */
export const graphSize = (graph: GraphBytes): number =>
  typeof graph === 'string'
    ? statSync(graph).size
    : graphPieces(graph).reduce((sum, { length }) => sum + length, 0);

/** Writes a graph to a new file, piece by piece. */
export function writeGraph(path: string, graph: GraphBytes): void {
  if (typeof graph === 'string') {
    copyFileSync(graph, path);
    return;
  }
  const file = openSync(path, 'w');
  try {
    for (const piece of graphPieces(graph))
      for (let at = 0; at < piece.length; ) at += writeSync(file, piece, at);
  } finally {
    closeSync(file);
  }
}

/** The same content with its graph in a file: who runs it need not hold the weights, nor what they were read from. */
export function withGraphOnDisk(content: ModelContent, path: string): ModelContent {
  if (content.kind !== 'graph') return content;
  writeGraph(path, content.onnx);
  return { ...content, onnx: path };
}
