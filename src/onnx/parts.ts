/** Graph output of one part of a list output: part 1 of `predict_proba` is `predict_proba_1`. */
export const partName = (output: string, part: number): string => `${output}_${part}`;
