/** How a prediction ended. */
export const PREDICTION_OUTCOMES = ['ok', 'invalid', 'overloaded', 'error', 'cancelled'] as const;
export type PredictionOutcome = (typeof PREDICTION_OUTCOMES)[number];
