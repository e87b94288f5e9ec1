import { extname } from 'node:path';
import { PlimsollError } from '../../core/errors.ts';
import type { OutputFormat } from '../../duckdb/copy.ts';
import { countText } from '../../text/count.ts';
import type { DefineCommand } from '../command.ts';
import {
  type LogRangeOptions,
  parseLogRange,
  parsePositiveInteger,
  withPredictionLog,
  withRangeOptions,
} from './log.ts';

interface ExportOptions extends LogRangeOptions {
  readonly output: string;
  readonly limit?: string;
  readonly sample?: string;
  readonly seed: string;
}

const COMMAND = 'requests export';
const FORMATS: Readonly<Record<string, OutputFormat>> = {
  '.parquet': 'parquet',
  '.csv': 'csv',
  '.jsonl': 'jsonl',
};

/** `requests export`: rows of the log as a file. */
export const requestsExportCommand: DefineCommand = (command, terminal) => {
  withRangeOptions(
    command
      .description('Writes logged rows with inputs and answers to a file for other tools.')
      .argument('<endpoint>', 'name of the endpoint')
      .requiredOption('-o, --output <file>', 'file to write: .parquet, .csv or .jsonl'),
  )
    .option('--limit <rows>', 'maximum number of rows')
    .option('--sample <rows>', 'number of rows to sample evenly')
    .option('--seed <number>', 'seed of the sample', '1')
    .addHelpText('after', HELP)
    .action(async (endpoint: string) => {
      const options = command.optsWithGlobals<ExportOptions>();
      const { output } = options;
      const format = FORMATS[extname(output).toLowerCase()];
      if (format === undefined)
        throw usage(`--output "${output}" ends in "${extname(output)}", expected .parquet, .csv or .jsonl`);
      if (options.limit !== undefined && options.sample !== undefined)
        throw usage("options '--limit' and '--sample' exclude each other");
      const number = (option: 'limit' | 'sample' | 'seed') =>
        options[option] === undefined
          ? undefined
          : parsePositiveInteger(`--${option}`, options[option], COMMAND);
      const [limit, drawn, seed] = [number('limit'), number('sample'), number('seed') ?? 1];
      const range = await parseLogRange(endpoint, options, COMMAND);
      const { exportRequests } = await import('../../monitor/log/export-requests.ts');
      const progress = terminal.progress(endpoint);
      progress.update('writing rows');
      try {
        const sample = drawn === undefined ? undefined : { rows: drawn, seed };
        const rows = await withPredictionLog(options, (log) =>
          exportRequests(log, { ...range, limit, sample, output, format }),
        );
        terminal.answer({ endpoint, rows, output }, () => `${countText(rows, 'row')} written to ${output}`);
      } finally {
        progress.done();
      }
    });
};

const usage = (reason: string): PlimsollError => new PlimsollError('USAGE', { reason, command: COMMAND });

const HELP = `
Columns: time, request_id, row, endpoint, model, version, arm, role, unit, segment,
latency_ms, weight (rows of traffic that a row stands for), then in_NAME for each input
and out_NAME for each answer. Rows of several versions have the columns of all.

Examples:
  $ plimsoll requests export churn -o churn.parquet --from 24h
  $ plimsoll requests export churn -o sample.csv --model-version 3 --sample 10000
`;
