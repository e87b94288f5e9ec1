/** What replicas that share a store tell each other through it: part of the port `Store`. */

import type { RowOf } from './row-schema.ts';
import type { MEMBER_ROWS, ORDER_ROWS, PIECE_ROWS } from './rows.ts';

/** A piece of a part on its way to the owner of the rollouts. */
export type PieceRow = RowOf<typeof PIECE_ROWS>;

export interface Pieces {
  /** Those that are there already stay as they are. */
  insert(rows: readonly PieceRow[]): Promise<void>;
  /**
   * Pieces of these rollouts that neither this reader nor a later one has taken, in order of arrival. They stay, so that
   * the next owner, whose number is greater, gets those again that this one had no time to count.
   */
  take(rollouts: readonly string[], reader: number, limit: number): Promise<readonly PieceRow[]>;
  /** Has this reader get pieces of these rollouts again: it has begun to count anew. */
  giveBack(rollouts: readonly string[], reader: number): Promise<void>;
  /** Removes what was written before `before`; answers how many rows. */
  prune(before: number): Promise<number>;
}

/** A control plane that shares the store, as it says of itself. */
export type MemberRow = RowOf<typeof MEMBER_ROWS>;

export interface Members {
  /** Replaces what the replica said before. */
  put(row: MemberRow): Promise<void>;
  /** At most 1000. */
  list(): Promise<readonly MemberRow[]>;
  /** Unless it has said something since this beat. */
  remove(replica: string, beat: number): Promise<void>;
}

/** What one replica wants the owner of the rollouts to do. */
export type OrderRow = RowOf<typeof ORDER_ROWS>;

export interface Orders {
  insert(row: Omit<OrderRow, 'answer' | 'written'>): Promise<void>;
  get(id: string): Promise<OrderRow | null>;
  /** Without an answer, oldest first. */
  open(limit: number): Promise<readonly OrderRow[]>;
  /**
   * Notes, in the transaction that writes down what it wants, that this is done: so it is done once. False where it was
   * before, has an answer, or was taken back.
   */
  write(id: string): Promise<boolean>;
  /** False where it was answered before, or taken back. */
  answer(id: string, answer: unknown): Promise<boolean>;
  /** Takes back an order that is not written and has no answer; false where it is or has. */
  withdraw(id: string): Promise<boolean>;
  /** Removes what was given before `before`; answers how many rows. */
  prune(before: number): Promise<number>;
}
