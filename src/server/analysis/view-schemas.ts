/** What an analysis of a version answers. */
import type { Static } from 'typebox';
import { computedNumber } from '../../schema/transformed.ts';
import {
  anyInteger,
  anyText,
  anything,
  choice,
  described,
  flag,
  list,
  nullable,
  shape,
  tableOf,
} from '../../schema/value-schema.ts';

/** Where the rows come from that a version is looked at by. */
const ROW_SOURCES = ['background', 'reference', 'log', 'file'] as const;

const SOURCE = described(
  choice(ROW_SOURCES),
  'Rows that came with the version, its reference data, the prediction log; file: none, but what its thresholds say',
);

export const VERSION_COLUMNS = shape({
  of: SOURCE,
  rows: anyInteger,
  columns: list(
    shape({
      name: anyText,
      type: anyText,
      low: described(nullable(computedNumber), 'Of columns of numbers; null where nothing is known'),
      high: nullable(computedNumber),
      median: nullable(computedNumber),
      whole: described(flag, 'All of its numbers are whole'),
      categories: described(nullable(list(anything)), 'That are known; null of columns of numbers'),
      missing: described(computedNumber, 'Share of rows that have no value'),
    }),
  ),
});

const FIGURES = described(list(computedNumber), 'One a score');

export const VERSION_IMPORTANCE = shape({
  of: SOURCE,
  rows: described(anyInteger, 'That were explained'),
  method: anyText,
  output: anyText,
  classes: described(nullable(list(anyText)), 'Of the scores; null where there is one'),
  columns: described(
    list(
      shape({
        name: anyText,
        meanAbsolute: FIGURES,
        standardErrors: described(list(nullable(computedNumber)), 'Of those means; null of a single row'),
        mean: FIGURES,
        correlation: described(
          list(nullable(computedNumber)),
          'Of values with attributions: above 0 where larger values raise the score',
        ),
      }),
    ),
    'The one that moves the answers most first',
  ),
  permutation: described(
    nullable(
      shape({
        scoring: anyText,
        baseline: computedNumber,
        rows: anyInteger,
        repeats: anyInteger,
        columns: list(shape({ name: anyText, mean: computedNumber, standardDeviation: computedNumber })),
      }),
    ),
    'What a score loses where a column is shuffled, over logged rows with labels; null where there are too few',
  ),
});

export const VERSION_DEPENDENCE = shape({
  of: SOURCE,
  rows: anyInteger,
  column: anyText,
  output: anyText,
  classes: nullable(list(anyText)),
  grid: list(anything),
  average: described(list(list(computedNumber)), 'By score, then by point of the grid'),
});

export const ROW_COUNTERFACTUAL = shape({
  status: choice(['found', 'already', 'none-exists', 'none-found']),
  exact: described(flag, 'It is proved that no row is nearer, or that there is none'),
  want: anyText,
  from: anything,
  to: anything,
  distance: nullable(computedNumber),
  changes: list(shape({ column: anyText, from: anything, to: anything, distance: computedNumber })),
  counterfactual: nullable(tableOf(anyText, anything)),
});

export const EXPLAINED_AGAIN = shape({
  requestId: anyText,
  model: anyText,
  version: anyInteger,
  rows: described(list(anyInteger), 'Places in the request of the rows that the log has'),
  identical: described(
    nullable(flag),
    'Whether the attributions are those of then, to the last bit; null where it was not explained',
  ),
  explanation: described(anything, 'As `/predict` answers it'),
});

export type VersionColumns = Static<typeof VERSION_COLUMNS>;
export type VersionImportance = Static<typeof VERSION_IMPORTANCE>;
export type VersionDependence = Static<typeof VERSION_DEPENDENCE>;
export type CounterfactualView = Static<typeof ROW_COUNTERFACTUAL>;
