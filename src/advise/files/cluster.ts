/** The same job on Spark, where one machine would not be done in time. */
import { formatDuration } from '../../text/duration.ts';
import type { AdvisedFiles } from './blueprint.ts';
import { modelReference, plimsoll } from './command-words.ts';
import { type BatchBlueprint, jobName } from './job.ts';
import { settingsFile } from './settings-text.ts';
import { csvLines } from './trial-rows.ts';

const FILE = 'spark.yaml';
/** Spark is given Parquet and CSV, not JSON (docs/spark.md). */
const INPUT = 'rows/*.csv';
const EXAMPLE = 'rows/example.csv';

/** `spark.yaml` with the job, and the command that runs it once. */
export function clusterFiles(blueprint: BatchBlueprint): AdvisedFiles {
  const { model, batch } = blueprint;
  const data = model.kind === 'file' ? [] : ['--data', model.data];
  const example = model.rows === null ? null : csvLines(model.rows);
  return {
    files: [
      settingsFile({
        name: FILE,
        does: `The same job on Spark: one machine would take ${formatDuration(batch.run)}, ${batch.machines} are wanted`,
        value: {
          job: `${jobName(blueprint)}-spark`,
          model: modelReference(model),
          input: INPUT,
          key: model.key,
          output: { uri: 'scored/', format: 'parquet' },
          options: { budget: '1%' },
          spark: { master: 'local[*]' },
        },
        comments: {
          input:
            'Fill in where the rows are, in Parquet or CSV, as this machine and the cluster both name it.',
          'spark.master': 'Fill in the cluster: spark://HOST:7077, yarn, k8s://…',
        },
      }),
      ...(example === null ? [] : [{ name: EXAMPLE, text: example, does: 'rows to try it with on Spark' }]),
    ],
    commands: [
      { run: plimsoll('batch', 'run', '-f', FILE, ...data), does: 'runs it on Spark (needs pyspark)' },
    ],
    fill: [
      'the cluster: `spark.master`, and rows that all its machines see, in Parquet or CSV',
      ...(example === null ? [`rows to try it with: ${EXAMPLE}, or Parquet where a cell is a list`] : []),
    ],
  };
}
