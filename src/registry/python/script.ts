/** What an inference script does, by its text alone: nothing of it is run. Pure. */

/** Functions and methods that give answers themselves, rather than what goes before and after. */
const WHOLE =
  /^\s*(?:async\s+)?def\s+(?:predict_fn|transform_fn|predict)\s*\(|\bimport\b[^\n#]*\b(?:predict_fn|transform_fn)\b/m;

/** Whether a script predicts by itself; else it goes before and after a model. */
export const isWhole = (text: string): boolean => WHOLE.test(text);
