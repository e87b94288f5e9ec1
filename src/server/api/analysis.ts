/** What a version makes of its columns, found out in a process of its own. */
import { Type } from 'typebox';
import { bundleDir } from '../../registry/bundle.ts';
import type { ExplainedVersion } from '../../registry/explained-bundle.ts';
import {
  ROW_COUNTERFACTUAL,
  VERSION_COLUMNS,
  VERSION_DEPENDENCE,
  VERSION_IMPORTANCE,
} from '../analysis/view-schemas.ts';
import { closed, NAME, type OperationCall, operation, VERSION_NUMBER } from './operation.ts';

const COLUMN = Type.String({ minLength: 1, maxLength: 1000 });
const MOST_COLUMNS = 10_000;
const VERSION_OF = { model: NAME, version: VERSION_NUMBER };

/** Throws VERSION_UNKNOWN. */
async function versionOf({
  control,
  params: { model, version },
  dataDir,
}: Pick<
  OperationCall<{ model: string; version: number }, unknown, unknown>,
  'control' | 'params' | 'dataDir'
>): Promise<ExplainedVersion> {
  const { digest } = await control.version(model, version);
  return { bundle: bundleDir(dataDir, digest), model, version };
}

export const ANALYSIS = [
  operation({
    method: 'GET',
    path: '/models/{model}/versions/{version}/columns',
    summary: 'Between which values the columns of a version lie',
    params: VERSION_OF,
    answer: VERSION_COLUMNS,
    handle: async (call) => (await call.analyses()).columns(await versionOf(call)),
  }),
  operation({
    method: 'GET',
    path: '/models/{model}/versions/{version}/importance',
    summary:
      'Which columns move its answers: mean attributions, and what a score loses where a column is shuffled',
    params: VERSION_OF,
    query: {
      endpoint: Type.Optional(
        Type.String({
          minLength: 1,
          maxLength: 200,
          description: 'Whose logged rows and labels; by default that of the model',
        }),
      ),
    },
    answer: VERSION_IMPORTANCE,
    handle: async (call) =>
      (await call.analyses()).importance(await versionOf(call), call.query.endpoint ?? call.params.model),
  }),
  operation({
    method: 'GET',
    path: '/models/{model}/versions/{version}/dependence/{column}',
    summary: 'What it answers along a column, on the mean of the rows that came with it',
    params: { ...VERSION_OF, column: COLUMN },
    answer: VERSION_DEPENDENCE,
    handle: async (call) => (await call.analyses()).dependence(await versionOf(call), call.params.column),
  }),
  operation({
    method: 'POST',
    path: '/models/{model}/versions/{version}:counterfactual',
    summary: 'The nearest row that it answers otherwise',
    params: VERSION_OF,
    body: closed({
      row: Type.Record(
        Type.String(),
        Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]),
        {
          maxProperties: MOST_COLUMNS,
          description: 'Cells by column',
        },
      ),
      want: Type.Optional(
        Type.String({
          minLength: 1,
          maxLength: 200,
          description: 'A class, >=N or <=N; by default any other class',
        }),
      ),
      held: Type.Optional(
        Type.Array(COLUMN, { maxItems: MOST_COLUMNS, description: 'Columns that stay as they are' }),
      ),
    }),
    answer: ROW_COUNTERFACTUAL,
    handle: async (call) => {
      const { row, want = null, held = [] } = call.body;
      return (await call.analyses()).counterfactual(await versionOf(call), { cells: row, want, held });
    },
  }),
];
