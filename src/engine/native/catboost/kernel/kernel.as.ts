/**
 * Pure. The inner loops of CatBoost models, in AssemblyScript: rows side by side, column after column, through all trees.
 * `tools/checks/kernel-module.ts` compiles it; `image.ts` writes the memory it works in and makes every address, so that
 * nothing is checked here.
 *
 * A block of rows holds, column after column, a byte a row: how many borders are below the number (up to 255 borders a
 * column), or 1 where the row has a category; less 128, for comparisons of signed bytes are one instruction.
 */
export {
  countBorders,
  equalHashes,
  findKeys,
  hashAnswers,
  hashCategories,
  putKey,
  takeCounts,
} from './columns.as';
export { addNodes, addOblivious, addShallow } from './trees.as';
