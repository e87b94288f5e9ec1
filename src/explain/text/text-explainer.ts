import { elementAt } from '../../core/element-at.ts';
import type { Batch } from '../../model/batch.ts';
import { sliceBatch } from '../../model/slice.ts';
import type { LabelSet } from '../../model/tensor.ts';
import type { SampledMethod, SamplingFacts, WorkProgress } from '../explanation.ts';
import type { Score } from '../sampled-explainer.ts';
import type { GamePlan, PlayerWorths } from '../sampling/game-plan.ts';
import { choosePlan, type Refusal, type SamplingChoice } from '../sampling/plan-choice.ts';
import { checkedDistance, summedDistance } from '../sampling/summed-answer.ts';
import type { TextPlace } from './text-rows.ts';
import { keptText, type TextToken, tokensOf } from './tokens.ts';

/** Texts that a model is asked for one, where no budget says otherwise: as many as two pairs of orders take, or more. */
const USUAL_EVALUATIONS = 4096;
const MOST_TOKENS = 4096;
/** Characters of texts that are asked at once. */
const BATCH_CHARACTERS = 2 ** 20;
/** Difference to the answer from which a sum over words is taken for none, of an answer of 1. */
const TOLERANCE = 1e-9;

/** What each word of a text adds to the answer. */
export interface TextAttributions {
  readonly method: SampledMethod;
  readonly tokens: readonly TextToken[];
  /** Each score of the text without any of them. */
  readonly baseValues: Float64Array;
  /** By score. */
  readonly worths: readonly PlayerWorths[];
  readonly additivityError: number;
  readonly sampling: SamplingFacts;
}

/** A model of texts. */
export interface TextModel {
  readonly score: Score;
  readonly place: TextPlace;
  readonly classes: LabelSet | null;
  /** Whether each word adds the same whatever else is there: a linear model of counts. */
  readonly isAdditive: boolean;
}

/**
 * Shapley values of the words of texts: a word that is not known is left out of the text. Exact where each adds the same
 * whatever else is there, or all coalitions are asked. Errors: what `refuse` makes, and those of a prediction.
 */
export async function explainTexts(
  { score, place, isAdditive }: TextModel,
  batch: Batch,
  choice: SamplingChoice,
  refuse: Refusal,
  onProgress?: WorkProgress,
): Promise<readonly TextAttributions[]> {
  const found: TextAttributions[] = [];
  for (let row = 0; row < batch.rows; row++) {
    const text = place.textOf(batch, row);
    const tokens = tokensOf(text);
    if (tokens.length > MOST_TOKENS)
      throw refuse(
        `row ${row} has ${tokens.length} words, and at most ${MOST_TOKENS} are explained`,
        'Explain shorter texts',
      );
    const all = await score(sliceBatch(batch, row, row + 1));
    const [none] = await ask(score, place, batch, row, ['']);
    const game: TextGame = {
      tokens,
      none: none ?? all,
      all,
      ask: asker(score, place, batch, row, text, (share) => onProgress?.((row + share) / batch.rows)),
    };
    const sum = isAdditive && (choice.method ?? 'exact') === 'exact' ? await asSum(game) : null;
    found.push(sum ?? (await sampled(game, choice, refuse)));
  }
  return found;
}

/** A text as a game of its words. */
interface TextGame {
  readonly tokens: readonly TextToken[];
  readonly none: Float64Array;
  readonly all: Float64Array;
  /** Scores of the text with the words of each coalition. */
  ask(coalitions: GamePlan['coalitions'], tokens: readonly TextToken[]): Promise<readonly Float64Array[]>;
}

async function ask(
  score: Score,
  place: TextPlace,
  batch: Batch,
  row: number,
  texts: readonly string[],
): Promise<readonly Float64Array[]> {
  const scores = await score(place.withTexts(batch, row, texts));
  const width = scores.length / texts.length;
  return texts.map((_, k) => scores.subarray(k * width, (k + 1) * width));
}

const asker =
  (
    score: Score,
    place: TextPlace,
    batch: Batch,
    row: number,
    text: string,
    onProgress: WorkProgress,
  ): TextGame['ask'] =>
  async (coalitions, tokens) => {
    const answers: Float64Array[] = [];
    const atOnce = Math.max(1, Math.floor(BATCH_CHARACTERS / Math.max(1, text.length)));
    for (let from = 0; from < coalitions.length; from += atOnce) {
      onProgress(from / coalitions.length);
      const texts = coalitions.slice(from, from + atOnce).map((isKept) => keptText(text, tokens, isKept));
      for (const answer of await ask(score, place, batch, row, texts)) answers.push(answer);
    }
    return answers;
  };

/** What the text loses without each word; null where that is not all that it says. */
async function asSum({ tokens, none, all, ask: askGame }: TextGame): Promise<TextAttributions | null> {
  const without = await askGame(
    tokens.map((_, k) => (token: number) => token !== k),
    tokens,
  );
  const worths = Array.from(all, (score, k) => ({
    values: Float64Array.from(without, (answer) => score - elementAt(answer, k)),
    standardErrors: new Float64Array(tokens.length),
  }));
  const { absolute, relative } = summedDistance(none, all, worths);
  if (!(relative <= TOLERANCE)) return null;
  return {
    ...{ method: 'exact', tokens, baseValues: none, worths, additivityError: absolute },
    sampling: { evaluations: tokens.length },
  };
}

async function sampled(
  { tokens, none, all, ask: askGame }: TextGame,
  { method, budget, seed }: SamplingChoice,
  refuse: Refusal,
): Promise<TextAttributions> {
  const usual = Math.max(USUAL_EVALUATIONS, 4 * tokens.length);
  const most = budget ?? usual;
  const game = { columns: tokens.length, rows: 1, usualRows: most };
  const plan = choosePlan({ method, budget: most, seed }, game, refuse);
  const answers = await askGame(plan.coalitions, tokens);
  const worths = Array.from(all, (score, k) =>
    plan.worths(
      elementAt(none, k),
      score,
      Float64Array.from(answers, (answer) => elementAt(answer, k)),
    ),
  );
  return {
    ...{ method: plan.method, tokens, baseValues: none, worths },
    additivityError: checkedDistance(none, all, worths, refuse),
    sampling: { evaluations: plan.coalitions.length, ...(plan.isExact ? {} : { seed: plan.seed }) },
  };
}
