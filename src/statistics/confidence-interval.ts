export interface ConfidenceInterval {
  readonly lower: number;
  readonly upper: number;
}
