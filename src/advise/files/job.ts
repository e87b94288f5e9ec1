/** The batch job: when it runs, what it reads and writes, what it may lose, in the file that `serve` reads. */
import { formatDuration } from '../../text/duration.ts';
import type { AdvisedFile, AdvisedFiles, Blueprint } from './blueprint.ts';
import { dataSetting, modelReference, plimsoll } from './command-words.ts';
import { SETTINGS_FILE } from './endpoint.ts';
import { attemptLimit, type BatchPattern, jobTrigger } from './job-trigger.ts';
import { LOOKUP_FILE, lookupFile, scoresTable } from './lookup.ts';
import { settingsFile } from './settings-text.ts';
import { jsonLines } from './trial-rows.ts';

export type BatchBlueprint = Blueprint & { readonly pattern: BatchPattern };

/** Where rows are looked for until something else is filled in. */
const INPUT = 'rows/*.jsonl';
const EXAMPLE = 'rows/example.jsonl';

export const jobName = ({ name }: Pick<Blueprint, 'name'>): string => `${name}-scores`;

/** `plimsoll.yaml` with the job, rows to try it with, and the commands that start it. */
export function jobFiles(blueprint: BatchBlueprint): AdvisedFiles {
  const { model, pattern, database } = blueprint;
  const job = jobName(blueprint);
  const isTable = pattern === 'precomputed-table';
  const needsVariable = isTable && database === 'postgres';
  return {
    files: [jobSettings(blueprint), ...exampleFile(blueprint), ...(isTable ? [lookupFile(blueprint)] : [])],
    commands: [
      {
        run: plimsoll('serve', '--empty', '--config', SETTINGS_FILE),
        does: 'runs it by itself, from now on',
      },
      {
        run: plimsoll('batch', 'submit', job, ...dataWords(blueprint)),
        does: 'runs it now, in another terminal',
      },
      { run: plimsoll('batch', 'status', job, ...dataWords(blueprint)), does: 'how its runs stand' },
    ],
    fill: [
      `where the rows are, and the column that names them: \`input\`, \`key\` (now ${INPUT}, ${model.key})`,
      ...(needsVariable ? [`the database of the application, in the variable ${DATABASE}`] : []),
      ...(isTable ? [] : ['where the answers go: `output`']),
      ...(model.rows === null ? [`rows to try it with: ${EXAMPLE}`] : []),
      ...(isTable ? [`the application looks a row up as ${LOOKUP_FILE} does`] : []),
    ],
  };
}

/** Variable that holds the address of a database, with its password. */
export const DATABASE = 'SCORES_DATABASE';

const dataWords = ({ model }: Blueprint): readonly string[] =>
  model.kind === 'file' ? [] : ['--data', model.data];

const exampleFile = ({ model }: Blueprint): readonly AdvisedFile[] =>
  model.rows === null ? [] : [{ name: EXAMPLE, text: jsonLines(model.rows), does: 'rows to try it with' }];

function jobSettings(blueprint: BatchBlueprint): AdvisedFile {
  const { model, batch, every } = blueprint;
  const trigger = jobTrigger(blueprint);
  const at = `jobs.${jobName(blueprint)}`;
  return settingsFile({
    name: SETTINGS_FILE,
    does: `Batch job of "${model.name}": settings of \`plimsoll serve\`, docs/plimsoll.schema.json has their grammar`,
    value: {
      ...dataSetting(model),
      jobs: {
        [jobName(blueprint)]: {
          model: modelReference(model),
          input: INPUT,
          key: model.key,
          output: outputOf(blueprint),
          options: optionsOf(blueprint, trigger.interval),
          schedule: {
            triggers: trigger.triggers,
            retries: { attempts: 3, firstSeconds: '30s', longestSeconds: '10m' },
            timeoutSeconds: formatDuration(attemptLimit(batch.run, trigger.interval ?? every)),
            overlap: trigger.overlap,
          },
        },
      },
    },
    comments: {
      [`${at}.input`]: [
        'Fill in where the rows are: a path or pattern, s3://…, postgres://…?table=T or ?query=select …, sqlite:FILE?table=T;',
        '{date}, {yesterday} and {hour} are filled for each run.',
      ].join('\n'),
      [`${at}.key`]: 'Fill in the column that names a row.',
      [`${at}.output`]: outputComment(blueprint),
      [`${at}.options`]:
        'A run with more rows without an answer than `budget` publishes nothing; `batch rejects` shows why.',
      [`${at}.schedule.triggers`]: trigger.comment,
    },
  });
}

function outputOf(blueprint: BatchBlueprint): object | string {
  if (blueprint.pattern !== 'precomputed-table') return 'scores-{run}.jsonl';
  const table = scoresTable(blueprint);
  const uri =
    blueprint.database === 'postgres' ? `\${${DATABASE}}?table=${table}` : `sqlite:scores.db?table=${table}`;
  return { uri, mode: 'upsert', stamps: ['predicted_at', 'model_version'] };
}

function outputComment({ pattern, database }: BatchBlueprint): string {
  if (pattern !== 'precomputed-table')
    return 'One file a run. Fill in where the answers go: a path, s3://…, a table.';
  const where =
    database === 'postgres' ? `The variable ${DATABASE} is postgres://USER:PASSWORD@HOST/DATABASE. ` : '';
  return `${where}The first run makes the table, later ones replace the rows of their keys.`;
}

/** What a run may lose, and when it is held back for a person to look at. */
function optionsOf({ batch }: BatchBlueprint, interval: number | null): object {
  // Runs of a schedule are alike; those that events start may be of any size.
  const holds = interval !== null && interval >= HOUR ? { holdRows: 0.5 } : {};
  return { lanes: batch.lanes, budget: '1%', ...holds };
}

const HOUR = 3_600_000;
