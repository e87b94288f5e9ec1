/** What comes of asking for an explanation; plain data, but for errors. */
import type { ExplanationNotes } from '../../capture/explanation-note.ts';
import type { PlimsollError } from '../../core/errors.ts';

/** How an explanation is written: as the JSON text of a door, or as numbers. */
export type ExplanationForm = 'document' | 'rows' | 'vertex' | 'clarify' | 'values';

/** The numbers of an explanation. */
export interface ExplanationValues {
  readonly kind: 'values';
  readonly method: string;
  readonly output: string;
  readonly features: readonly string[];
  readonly classes: readonly unknown[] | null;
  /** One a score. */
  readonly baseValues: Float64Array;
  /** `[rows, scores, columns]`. */
  readonly values: Float64Array;
  readonly additivityError: number;
  /** What has to be known of them beside the method. */
  readonly remarks: readonly string[];
  /** Digests of what it was made of, `sha256:…`. */
  readonly model: { readonly digest: string };
  readonly background: { readonly digest: string; readonly rows: number } | null;
}

/** An explanation as an answer holds it: JSON text, or the numbers that a door writes by itself. */
export type MadeExplanation = ({ readonly kind: 'text'; readonly text: string } | ExplanationValues) & {
  /** What is captured of it. @default {nothing} */
  readonly notes?: ExplanationNotes;
};

/** Why an answer goes out without its explanation. */
export interface MissingExplanation {
  readonly kind: 'missing';
  readonly error: PlimsollError;
}

export type ExplanationOutcome = MadeExplanation | MissingExplanation;
