/** The statement by which an application looks up what was computed beforehand. Pure. */
import { identifier } from '../../sql/identifiers.ts';
import type { AdvisedFile, Blueprint } from './blueprint.ts';

export const LOOKUP_FILE = 'lookup.sql';
/** Names of columns in PostgreSQL have at most 63 bytes (https://www.postgresql.org/docs/current/limits.html). */
const NAME_MAX = 63;

/** `churn_scores`: a name that needs no quotes in any database. */
export const scoresTable = ({ name }: Pick<Blueprint, 'name'>): string =>
  `${name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replace(/^(?=\d)/, 't')
    .slice(0, NAME_MAX - '_scores'.length)}_scores`;

/** The parameter is the key of the row. */
export function lookupFile(blueprint: Pick<Blueprint, 'name' | 'database' | 'model'>): AdvisedFile {
  const parameter = blueprint.database === 'postgres' ? '$1' : '?';
  return {
    name: LOOKUP_FILE,
    does: 'the look-up of the application',
    text: [
      '-- The answer of a row by its key; predicted_at says how old it is, and no row that it was never scored.',
      '-- Keys of rows from JSON and CSV are texts: hand them over as such.',
      `select * from ${identifier(scoresTable(blueprint))} where ${identifier(blueprint.model.key)} = ${parameter};`,
      '',
    ].join('\n'),
  };
}
