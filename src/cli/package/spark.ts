import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { JobSpec, SparkSpec } from '../../jobs/spec/spec.ts';
import type { ReadingChoices } from '../../model/reading-choices.ts';
import type { DefineCommand } from '../command.ts';
import { type ControlOptions, withControl, withControlOptions } from '../connection/control.ts';
import { exampleText } from '../group.ts';
import { withReadingOptions } from '../model/file-options.ts';

/** Its `columns` are those of the output. */
type FileChoices = Pick<ReadingChoices, 'member' | 'missing' | 'iterations'>;

interface PackageSparkOptions extends ControlOptions, FileChoices {
  readonly input: string;
  readonly key: string;
  readonly output: string;
  readonly columns?: string;
  readonly features?: string;
  readonly staging?: string;
  readonly master?: string;
  readonly sparkConf?: readonly string[];
}

/** `package spark`: the job that `batch run --engine spark` runs, to be started by hand. */
export const packageSparkCommand: DefineCommand = (command, terminal) => {
  withReadingOptions(withControlOptions(command))
    .description(
      'Writes a job of Spark: scorer, model, a sample with its answers, and the line that starts it.',
    )
    .argument('<model>', 'model file, or M, M@VERSION, M@ALIAS of a registered one')
    .requiredOption('--input <uri>', 'where the rows are, as this machine and the cluster both name it')
    .requiredOption('--key <column>', 'column with the unique key of a row')
    .requiredOption('--output <folder>', 'folder to write to')
    .option('--columns <names>', 'input columns to copy into the output, separated by commas')
    .option('--features <names>', 'columns that the model reads, in its order, separated by commas')
    .option('--staging <folder>', 'where Spark leaves the rows (default: scored/ in the output)')
    .option('--master <url>', 'of Spark, where MASTER does not say another one (default: local[*])')
    .option('--spark-conf <option...>', 'spark.NAME=VALUE, for spark-submit')
    .addHelpText(
      'after',
      exampleText([
        'plimsoll package spark churn.joblib --input data/ --key id --output churn-spark',
        'plimsoll package spark churn@3 --input s3://shop/customers/ --key id --output churn-spark --master yarn',
      ]),
    )
    .action(async (model: string) => {
      const options = command.optsWithGlobals<PackageSparkOptions>();
      const { splitSecrets } = await import('../../jobs/spec/secrets.ts');
      const { packageSpark } = await import('../../jobs/spark/package.ts');
      const { resolveModel } = await import('../../jobs/run/model.ts');
      const { SYSTEM_CLOCK } = await import('../../server/clock.ts');
      const { spec, secrets } = splitSecrets(await specOfPackage(model, options));
      const progress = terminal.progress(model);
      const { accepted } = await resolveModel(spec.model, {
        choices: spec.choices,
        dataDir: resolve(options.data),
        ask: (work) => withControl(options, work),
        onProgress: (stage) => progress.update(stage),
      });
      const { folder, job, rows, sample } = await packageSpark({
        spec: { ...spec, spark: spec.spark as SparkSpec },
        model: accepted,
        folder: options.output,
        secrets,
        clock: SYSTEM_CLOCK,
        signal: new AbortController().signal,
      });
      progress.done();
      terminal.answer({ folder, staging: job.staging, rows, sample }, () =>
        [`Wrote ${folder}. Start it:`, `  ${join(folder, 'submit.sh')}`].join('\n'),
      );
    });
};

async function specOfPackage(model: string, options: PackageSparkOptions): Promise<JobSpec> {
  const { specOf } = await import('../../jobs/spec/flags.ts');
  const surroundings = {
    cores: 1,
    folder: process.cwd(),
    isThere: (path: string) => existsSync(path),
  };
  const { member, missing, iterations, input, key, columns, features } = options;
  const { master, sparkConf, staging } = options;
  const output = `${(staging ?? join(resolve(options.output), 'scored')).replace(/\/$/, '')}/`;
  const flags = {
    job: 'packaged',
    model,
    ...{ member, missing, iterations },
    input,
    key,
    columns,
    features,
    output,
    outputFormat: 'parquet',
  };
  return specOf({ ...flags, engine: 'spark', master, sparkConf }, surroundings);
}
