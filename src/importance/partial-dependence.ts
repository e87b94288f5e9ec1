import type { ColumnBatch } from '../model/batch.ts';
import { columnCells, constantColumn, copyOf, withColumn } from './batch-columns.ts';
import type { GridValue } from './dependence-grid.ts';
import type { AnsweringEngine } from './model-answers.ts';
import { numbersAnswered } from './model-answers.ts';

/** Which answers of a model are looked at. */
export interface DependentScores {
  readonly engine: AnsweringEngine;
  readonly output: string;
  /** Scores of a row that are kept. */
  readonly scores: readonly number[];
}

/** What a model answers where a column has the same value in every row. */
export interface PartialDependence {
  readonly grid: readonly GridValue[];
  /** Mean over the rows, `[score][point]`. */
  readonly average: readonly Float64Array[];
  /** One curve for each row of `curveRows`, `[score][curve][point]`: individual conditional expectation. */
  readonly individual: readonly (readonly Float64Array[])[];
  readonly curveRows: readonly number[];
}

/**
 * Partial dependence (Friedman, Annals of Statistics 29, 2001) and individual conditional expectation (Goldstein et al., 2015) of one
 * column, by asking about every row at every point of the grid. Curves are kept of at most `mostCurves` rows, evenly from all of them.
 * `onPoint` is told of each point that is done. Errors: those of a prediction.
 */
export async function partialDependence(
  batch: ColumnBatch,
  column: number,
  grid: readonly GridValue[],
  { engine, output, scores }: DependentScores,
  mostCurves: number,
  onPoint: (point: number) => void = () => undefined,
): Promise<PartialDependence> {
  const { rows } = batch;
  const curves = Math.min(rows, Math.max(1, mostCurves));
  const curveRows = Array.from({ length: curves }, (_, k) => Math.floor((k * rows) / curves));
  const average = scores.map(() => new Float64Array(grid.length));
  const individual = scores.map(() => curveRows.map(() => new Float64Array(grid.length)));
  const own = copyOf(batch);
  const like = columnCells(batch, column);
  for (const [point, value] of grid.entries()) {
    const answers = await numbersAnswered(
      engine,
      withColumn(own, column, constantColumn(like, value)),
      output,
    );
    const width = answers.length / rows;
    for (const [k, score] of scores.entries()) {
      let sum = 0;
      for (let row = 0; row < rows; row++) sum += answers[row * width + score]!;
      const [means, kept] = [average[k], individual[k]];
      if (means !== undefined) means[point] = sum / rows;
      for (const [curve, row] of curveRows.entries()) {
        const cells = kept?.[curve];
        if (cells !== undefined) cells[point] = answers[row * width + score]!;
      }
    }
    onPoint(point);
  }
  return { grid, average, individual, curveRows };
}
