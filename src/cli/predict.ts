import { basename } from 'node:path';
import type { Define } from './commands.ts';
import { dataRuntime, type FileOptions, withFileOptions } from './file-options.ts';

interface PredictOptions extends FileOptions {
  readonly input: string;
  readonly output?: string;
}

/** Rows shown on a terminal. */
const SHOWN = 50;

export const predict: Define = (command, terminal) => {
  withFileOptions(command)
    .description('Scores the rows of a file with a model file, offline.')
    .argument('<file>', 'model file')
    .requiredOption('--input <rows>', 'rows to score: .json, .jsonl, .csv or .parquet')
    .option('--output <file>', 'write the answers to a .json, .jsonl, .csv or .parquet file')
    .addHelpText(
      'after',
      [
        '',
        'Examples:',
        '  $ plimsoll predict model.joblib --input rows.csv',
        '  $ plimsoll predict model.joblib --input rows.json --json',
        '  $ plimsoll predict model.joblib --input rows.parquet --output scored.parquet',
      ].join('\n'),
    )
    .action(async (file: string, options: PredictOptions) => {
      const { flatten } = await import('../scorer/flatten.ts');
      const { rowWriter } = await import('./rows/write.ts');
      const write = options.output === undefined ? null : rowWriter(options.output);
      const { openModel } = await import('./model.ts');
      const { readRows } = await import('./rows/read.ts');
      const { decodeInput } = await import('../serving/rows/decode.ts');
      const { outputsToJson } = await import('../serving/rows/encode.ts');
      const { description, content, engine } = await openModel(file, dataRuntime(options), options.maxModel);
      const { signature } = content;
      const batch = decodeInput(await readRows(options.input, signature), signature);
      const outputs = await engine.infer(batch);
      await engine.close();
      const { format, framework } = description;
      const model = { file: basename(file), format, framework, runtime: engine.id, rows: batch.rows };
      const columns = () => flatten(outputs, signature.outputs);
      const document = () => ({
        outputs: outputsToJson(outputs, signature),
        classes: signature.classes?.values ?? null,
        model,
      });
      if (write && options.output !== undefined) {
        await write(options.output, { document, columns });
        const { count } = await import('./table.ts');
        terminal.answer(
          { output: options.output, model },
          () => `${count(batch.rows, 'row')} written to ${options.output}`,
        );
        return;
      }
      const { answerTable } = await import('./predict-table.ts');
      terminal.answer(terminal.json ? document() : null, () => answerTable(columns(), SHOWN));
    });
};
