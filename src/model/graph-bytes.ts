/**
 * A ModelProto: its bytes, pieces of them that follow one another, or the path of the file that holds them. Weights are most
 * of it: pieces leave them where they were read, and who is given a path need not hold them at all.
 */
export type GraphBytes = Uint8Array | readonly Uint8Array[] | string;

/** The pieces of what is in memory. */
export const graphPieces = (graph: Exclude<GraphBytes, string>): readonly Uint8Array[] =>
  graph instanceof Uint8Array ? [graph] : graph;

/** All bytes in one array: a copy where there are several pieces. */
export function joinedBytes(graph: Exclude<GraphBytes, string>): Uint8Array {
  const [only, ...others] = graphPieces(graph);
  if (only !== undefined && others.length === 0) return only;
  const pieces = graphPieces(graph);
  const joined = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}
