/**
 * Pure. The inner loops of Shapley values of trees, in AssemblyScript. `tools/checks/kernel-module.ts` compiles it; the images beside
 * it write the memory it works in and make every address, so that nothing is checked here.
 */

export { explainAgainst, findPatterns } from './background.as';
export { explainPaths } from './path.as';
