import { basename } from 'node:path';
import type { Device } from '../../core/devices.ts';
import type { Batch } from '../../model/batch.ts';
import type { Signature } from '../../model/signature.ts';
import type { DefineCommand } from '../command.ts';
import type { separateIds } from '../files/rows/ids.ts';
import { outputNames, scoreOutputs } from './chosen-outputs.ts';
import { deviceOption } from './device-option.ts';
import { type ModelFileOptions, withModelFileOptions } from './file-options.ts';

interface PredictOptions extends ModelFileOptions {
  readonly data: string;
  readonly input: string;
  readonly device?: Device;
  readonly id?: string;
  readonly output?: string;
  readonly outputs?: readonly string[];
}

interface InputRows {
  readonly batch: Batch;
  readonly ids: ReturnType<typeof separateIds>['ids'];
}

/** Rows shown on a terminal. */
const SHOWN = 50;

export const predictCommand: DefineCommand = (command, terminal) => {
  withModelFileOptions(command)
    .description('Scores the rows of a file with a model file, offline.')
    .argument('<file>', 'model file, or a folder that plimsoll.save or MLflow wrote')
    .requiredOption(
      '--input <rows>',
      'rows to score: .json, .jsonl, .csv, .parquet, .npy or .npz, an image or a sound, or - for standard input',
    )
    .option('--id <column>', 'column that says which row is which; it is kept beside the answers')
    .option(
      '--outputs <names>',
      'outputs to give, separated by commas (default: all but those on request, such as the leaf of each tree: see inspect)',
      outputNames,
    )
    .option(
      '--device <name>',
      'what a graph runs on in onnxruntime: cpu, cuda, webgpu, … (default: cpu)',
      deviceOption,
    )
    .option('--golden <file>', 'for Python: rows with expected outputs, which show what rows are like')
    .option('--output <file>', 'file for the answers: .json, .jsonl, .csv or .parquet')
    .addHelpText(
      'after',
      [
        '',
        'Examples:',
        '  $ plimsoll predict model.joblib --input rows.csv',
        '  $ plimsoll predict model.joblib --input rows.json --json',
        '  $ plimsoll predict model.keras --input images.npy',
        '  $ plimsoll predict model.onnx --input cat.jpg --preprocessor preprocessor_config.json',
        '  $ plimsoll predict booster.json --input rows.csv --outputs predict,pred_leaf',
        '  $ plimsoll predict model.joblib --input rows.parquet --output scored.parquet',
        '  $ plimsoll predict model.pkl --input rows.csv --runtime python --trust --requirements requirements.txt',
      ].join('\n'),
    )
    .action(async (file: string) => {
      const options = command.optsWithGlobals<PredictOptions>();
      const { flattenOutputs } = await import('../../scorer/flatten.ts');
      const { rowWriter } = await import('../files/rows/write.ts');
      const write = options.output === undefined ? null : rowWriter(options.output);
      const { openRequestedModel } = await import('./python/open.ts');
      const { withIdColumn } = await import('../files/rows/ids.ts');
      const { outputsToJson } = await import('../../serving/rows/outputs-to-json.ts');
      const opening = { command: 'predict', model: file, terminal };
      const { format, framework, signature, engine } = await openRequestedModel(options, opening);
      const { id = null } = options;
      const scored = async () => {
        const { batch, ids } = await rowsOf(options.input, signature, id);
        return { batch, ids, outputs: await scoreOutputs({ engine, signature }, batch, options.outputs) };
      };
      const { batch, ids, outputs } = await scored().finally(() => engine.close());
      const model = { file: basename(file), format, framework, runtime: engine.id, rows: batch.rows };
      const columns = () => {
        const answers = flattenOutputs(outputs, signature.outputs);
        return id === null || ids === null ? answers : withIdColumn(answers, id, ids);
      };
      const document = () => ({
        outputs: outputsToJson(outputs, signature),
        classes: signature.classes?.values ?? null,
        ...(ids === null ? {} : { ids }),
        model,
      });
      if (write && options.output !== undefined) {
        await write(options.output, { document, columns });
        const { countText } = await import('../../text/count.ts');
        terminal.answer(
          { output: options.output, model },
          () => `${countText(batch.rows, 'row')} written to ${options.output}`,
        );
        return;
      }
      const { predictionTable } = await import('./predict-table.ts');
      terminal.answer(terminal.json ? document() : null, () => predictionTable(columns(), SHOWN));
    });
};

/** The rows of a file, and what its id column holds. */
async function rowsOf(path: string, signature: Signature, id: string | null): Promise<InputRows> {
  const { isContentFile, contentFileRows } = await import('../files/rows/content.ts');
  if (isContentFile(path) && id === null) return { batch: await contentFileRows(path, signature), ids: null };
  const { readRowFile } = await import('../../row-files/read.ts');
  const { separateIds } = await import('../files/rows/ids.ts');
  const { decodeInput } = await import('../../serving/rows/decode.ts');
  const { body, ids } = separateIds(await readRowFile(path, signature, id), id, signature);
  // As in batch jobs: a file may have more columns than a model takes.
  return { batch: decodeInput(body, signature, { extra: 'ignore' }), ids };
}
