/** What the scores of a model must be: the weighted sum of them at least so much. */
export interface ScoreConstraint {
  /** One number a score. */
  readonly weights: Float64Array;
  readonly least: number;
}

/** Constraints that hold together. */
export type ScoreGoal = readonly ScoreConstraint[];
