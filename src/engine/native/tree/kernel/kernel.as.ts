/**
 * Pure. The inner loops of batch scoring, in AssemblyScript: rows in groups of sixteen, side by side, through all
 * trees. `tools/checks/kernel-module.ts` compiles it; `image.ts` writes the memory it works in and makes every address,
 * so that nothing is checked here. A group of packed rows holds, column after column, sixteen float32.
 */
export { packFloat32, packRanks } from './packing.as';
export { score } from './scoring.as';
