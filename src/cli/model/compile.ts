import { statSync } from 'node:fs';
import { basename } from 'node:path';
import type { CertificateEntry, CompiledPlan } from '../../compile/plan.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { ModelContent } from '../../model/description.ts';
import type { GraphBytes } from '../../model/graph-bytes.ts';
import { vectorizerWidth } from '../../model/text.ts';
import { bytesText } from '../../text/bytes.ts';
import type { DefineCommand } from '../command.ts';
import { fileUnwritable, writeOutputFile } from '../files/text-file.ts';
import { formatTable } from '../output/table.ts';
import { compareEngines } from './compare-engines.ts';
import { type ModelFileOptions, UNREAD_OPTIONS, withModelFileOptions } from './file-options.ts';
import { checkedDemands } from './python/demands.ts';

interface CompileOptions extends ModelFileOptions {
  readonly out: string;
  readonly certificate?: string;
}

export const compileCommand: DefineCommand = (command, terminal) => {
  withModelFileOptions(command, UNREAD_OPTIONS)
    .description(
      'Compiles a model file to an ONNX graph that gives the same numbers, and reports how exactly.',
    )
    .argument('<file>', 'model file')
    .requiredOption('-o, --out <model.onnx>', 'ONNX file to write')
    .option(
      '--certificate <file>',
      'file for how exact each step is, and for what both engines said to boundary rows, as JSON',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ plimsoll compile model.joblib -o model.onnx\n' +
        '  $ plimsoll compile model.joblib -o model.onnx --certificate certificate.json',
    )
    .action(async (file: string, options: CompileOptions) => {
      checkedDemands(options, { command: 'compile', model: file });
      if (options.runtime === 'python') throw notCompiled(file);
      const { readModel, whileReading } = await import('./open-model.ts');
      const { contentOf } = await import('../../registry/model-content.ts');
      const content = await whileReading(terminal, file, async (onRead) =>
        contentOf(await readModel(file, { ...options, onRead }, (text) => terminal.note(text))),
      );
      const { onnx, certificate, notes } = await graphOf(content);
      await writeGraphFile(options.out, onnx);
      const size = statSync(options.out).size;
      const report = { output: options.out, size, certificate, notes };
      if (options.certificate !== undefined) {
        const compared = content.kind === 'steps' ? await compareEngines(content, { file, terminal }) : null;
        const written = { model: basename(file), steps: certificate, compared };
        writeOutputFile(options.certificate, `${JSON.stringify(written, null, 2)}\n`);
      }
      terminal.answer(report, () => {
        const head = `${options.out}: ${bytesText(size)}`;
        return [head, ...(certificate.length > 0 ? [exactness(certificate)] : []), ...notes].join('\n');
      });
    });
};

async function writeGraphFile(path: string, graph: GraphBytes): Promise<void> {
  const { writeGraph } = await import('../../engine/onnx/graph-file.ts');
  try {
    writeGraph(path, graph);
  } catch (error) {
    throw fileUnwritable(path, error);
  }
}

/** What Python runs has no graph. */
const notCompiled = (file: string): PlimsollError =>
  new PlimsollError('COMPILE_UNSUPPORTED', { path: file, reason: 'what Python runs has no graph' });

interface Graph {
  readonly onnx: GraphBytes;
  readonly certificate: readonly CertificateEntry[];
  readonly notes: readonly string[];
}

/** The compiled graph of steps, or the linted graph of an ONNX file. */
async function graphOf(content: ModelContent): Promise<Graph> {
  if (content.kind === 'graph') {
    return {
      onnx: content.onnx,
      certificate: [],
      notes: ['The file is an ONNX graph: written as it is served.'],
    };
  }
  const { compileModel } = await import('../../compile/compile.ts');
  const { encodeModel } = await import('../../onnx/encode.ts');
  const plan = compileModel(content);
  return { onnx: encodeModel(plan.model), certificate: plan.certificate, notes: prefixNotes(plan) };
}

/** What has to happen in front of the graph, since ONNX has no tokenizer that equals Python's, and no CityHash. */
const prefixNotes = (plan: CompiledPlan): string[] =>
  plan.prefix.map(({ input, step }) =>
    step === 'category-hash'
      ? `The graph takes hashes of categories as "${input}" [N, 1]: Plimsoll hashes the text before it.`
      : `The graph takes term counts as "${input}" [N, ${vectorizerWidth(step)}]: Plimsoll tokenises the text before it.`,
  );

const exactness = (certificate: readonly CertificateEntry[]): string =>
  formatTable([
    ['step', 'class', 'exactness', 'bound'],
    ...certificate.map((entry) => [
      entry.path || '(model)',
      entry.class.split('.').at(-1) ?? '',
      entry.exactness,
      entry.bound,
    ]),
  ]);
