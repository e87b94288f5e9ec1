import type { PieceStore } from '../sources/source.ts';
import type { RunLease } from './run-lease.ts';

/** As the ledger has them. */
export type KnownPieces = readonly {
  readonly path: string;
  readonly piece: number;
  readonly digest: string;
}[];

/** What is found in the pieces of the input, kept in the ledger with the run. */
export function piecesOf(held: RunLease, known: KnownPieces): PieceStore {
  const found = new Map(known.map(({ path, piece, digest }) => [`${piece} ${path}`, digest]));
  return {
    get: (path, piece) => found.get(`${piece} ${path}`),
    put: (path, piece, digest) => held.addPiece(path, piece, digest),
  };
}

/** For a look at the input that no run remembers. */
export const NO_PIECES: PieceStore = { get: () => undefined, put: async () => undefined };
