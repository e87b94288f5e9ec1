import type { Define } from './commands.ts';
import { packageSparkCommand } from './package-spark.ts';

/** `package KIND`: what is needed to run a model somewhere else, as a folder. */
export const packageKinds: Define = (command, terminal) => {
  command
    .description('Writes what is needed to run a model somewhere else into a folder.')
    .addHelpText(
      'after',
      '\nExamples:\n  $ plimsoll package spark churn.joblib --input data/ --key id --output churn-spark',
    );
  packageSparkCommand(command.command('spark').summary('a job of Spark, for any cluster'), terminal);
};
