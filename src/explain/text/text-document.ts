import type { LabelSet } from '../../model/tensor.ts';
import type { ExplanationDocument, SampledMethod, SamplingFacts } from '../explanation.ts';
import type { PlayerWorths } from '../sampling/game-plan.ts';
import type { TextAttributions } from './text-explainer.ts';
import type { TextToken } from './tokens.ts';

/** What an explanation of texts is in JSON: of each row its words, and as many values. */
export interface TextDocument {
  readonly method: SampledMethod;
  readonly output: string;
  /** The column of the texts. */
  readonly features: readonly string[];
  /** Each score without words; `[row][score]` where rows have other columns too. */
  readonly baseValues: readonly number[] | readonly (readonly number[])[];
  readonly tokens: readonly (readonly TextToken[])[];
  readonly values: ExplanationDocument['values'];
  readonly additivityError: number;
  /** As `values`, where chance had a part. */
  readonly standardErrors?: ExplanationDocument['values'];
  /** Texts that were asked for each row. */
  readonly evaluations: readonly number[];
  readonly seed?: number;
  readonly classes?: readonly unknown[];
}

/** What was explained: an output of scores, and whether its rows are texts alone. */
export interface ExplainedTexts {
  readonly output: string;
  readonly name: string;
  readonly isAlone: boolean;
  readonly classes: LabelSet | null;
}

export function textDocument(
  { output, name, isAlone, classes }: ExplainedTexts,
  found: readonly TextAttributions[],
): TextDocument {
  const nested = (of: keyof PlayerWorths): ExplanationDocument['values'] =>
    found.map(({ tokens, worths }) =>
      tokens.map((_, token) => {
        const cells = worths.map((scores) => scores[of][token] ?? Number.NaN);
        return cells.length === 1 ? (cells[0] ?? Number.NaN) : cells;
      }),
    );
  const bases = found.map(({ baseValues }) => Array.from(baseValues));
  const facts: readonly SamplingFacts[] = found.map(({ sampling }) => sampling);
  const seed = facts.find((fact) => fact.seed !== undefined)?.seed;
  // One name for rows that were not all explained alike: the one that says the least.
  const method = found.find((row) => row.method !== 'exact')?.method ?? 'exact';
  return {
    ...{ method, output, features: [name], baseValues: isAlone ? (bases[0] ?? []) : bases },
    tokens: found.map(({ tokens }) => tokens),
    values: nested('values'),
    additivityError: found.reduce((most, row) => Math.max(most, row.additivityError), 0),
    ...(seed === undefined ? {} : { standardErrors: nested('standardErrors'), seed }),
    evaluations: facts.map(({ evaluations }) => evaluations ?? 0),
    ...(classes === null || (bases[0]?.length ?? 1) === 1 ? {} : { classes: [...classes.values] }),
  };
}
