import { kernelStarter } from '../../web-assembly.ts';
import { CATBOOST_KERNEL } from './generated/bytes.ts';

/** The functions of `kernel.as.ts`: addresses and sizes in bytes of its memory. */
export interface CatBoostKernel {
  countBorders(
    x: number,
    stride: number,
    rows: number,
    starts: number,
    lastBucket: number,
    low: number,
    scale: number,
    table: number,
    half: number,
    missing: number,
    counts: number,
  ): void;
  equalHashes(hashes: number, rows: number, value: number, flags: number): void;
  hashCategories(keys: number, rows: number, hashes: number): void;
  hashAnswers(keys: number, rows: number, column: number, threshold: number): void;
  findKeys(keys: number, rows: number, slots: number, mask: number, found: number): void;
  putKey(slots: number, mask: number, low: number, high: number, row: number): void;
  takeCounts(found: number, rows: number, table: number, counts: number): void;
  addShallow(first: number, last: number, rows: number, scores: number): void;
  addOblivious(first: number, last: number, rows: number, scores: number, dimensions: number): void;
  addNodes(
    first: number,
    last: number,
    rows: number,
    scores: number,
    dimensions: number,
    nodes: number,
    leaves: number,
  ): void;
}

export const startCatBoostKernel = kernelStarter<CatBoostKernel>(CATBOOST_KERNEL);
