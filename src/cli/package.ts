import type { Define } from './commands.ts';
import { packageSparkCommand } from './package-spark.ts';

/** `package KIND`: what is needed to run a model somewhere else, as files that a person can read and own. */
export const packageKinds: Define = (command, terminal) => {
  command
    .description('Writes what is needed to run a model somewhere else.')
    .addHelpText(
      'after',
      [
        '',
        'Examples:',
        '  $ plimsoll package spark churn.joblib --input data/ --key id --output churn-spark',
      ].join('\n'),
    );
  const add = (kind: string, summary: string, define: Define): void =>
    define(command.command(kind).summary(summary), terminal);
  add('spark', 'a job of Spark, for any cluster', packageSparkCommand);
};
