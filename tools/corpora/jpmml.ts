/**
 * Reads the models of a clone of jpmml-sklearn and compares the answers of both engines with those that its authors keep beside them,
 * which come from the libraries themselves. Its licence (AGPL-3.0) lets a clone be read, and nothing of it be kept here.
 *   npm run corpora -- CLONE [--only NAME]
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'csv-parse/sync';
import { compileModel } from '../../src/compile/compile.ts';
import { isPlimsollError } from '../../src/core/errors.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { createNativeEngine } from '../../src/engine/native/engine.ts';
import { createOnnxEngine } from '../../src/engine/onnx/engine.ts';
import { readModelFile } from '../../src/files/read-model.ts';
import type { Batch } from '../../src/model/batch.ts';
import type { ModelContent } from '../../src/model/description.ts';
import type { Signature } from '../../src/model/signature.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { decodeInput } from '../../src/serving/rows/decode.ts';
import { type Difference, differenceOf, type Table } from './jpmml-answers.ts';

const ROWS_MOST = 500;
const MISSING = new Set(['N/A', 'NA', '']);

interface Outcome {
  readonly name: string;
  /** `equal`, or why it is not. */
  readonly verdict: string;
  readonly why: string;
}

const readTable = (path: string): Table => {
  const text = readFileSync(path, 'utf8');
  const delimiter = (text.split('\n')[0] ?? '').includes('\t') ? '\t' : ',';
  const [columns = [], ...rows] = parse(text, { delimiter, relax_quotes: true }) as string[][];
  return { columns, rows: rows.slice(0, ROWS_MOST) };
};

/** What names say behind the data set, of the way in which columns are read. */
const READ_AS = /(?:Cat|Dict)$/;

/** `RandomForestAuditNA` was asked the rows of `AuditNA`: the longest name of a data set that it ends with. */
function dataSetOf(csv: string, name: string): string | null {
  const isModel = (one: string): boolean => existsSync(join(csv, '../pkl', `${one}.pkl`));
  const names = globSync('*.csv', { cwd: csv })
    .map((file) => basename(file, '.csv'))
    .filter((one) => !isModel(one));
  const asked = name.replace(READ_AS, '');
  const fitting = names.filter((one) => asked.endsWith(one)).sort((a, b) => b.length - a.length);
  return fitting[0] ?? null;
}

/** The rows of a data set as the model takes them: by name, or the first columns where it knows no names. */
function batchOf({ columns, rows }: Table, signature: Signature): Batch {
  if (signature.form === 'tensors') throw new Error('takes tensors');
  const isNamed = signature.columns.every(({ name }) => columns.includes(name));
  const places = signature.columns.map(({ name }, i) => (isNamed ? columns.indexOf(name) : i));
  const cells = rows.map((row) =>
    places.map((place, i) => {
      const cell = row[place] ?? '';
      if (MISSING.has(cell)) return null;
      const { type } = signature.columns[i]!;
      if (type === 'bool') return /^true$/i.test(cell);
      return type === 'number' && Number.isFinite(Number(cell)) ? Number(cell) : cell;
    }),
  );
  return decodeInput({ instances: places.length === 1 ? cells.map(([cell]) => cell) : cells }, signature);
}

async function compare(path: string): Promise<Outcome> {
  const name = basename(path, '.pkl');
  const csv = join(dirname(path), '../csv');
  const [data, expected] = [dataSetOf(csv, name), join(csv, `${name}.csv`)];
  if (data === null || !existsSync(expected))
    return { name, verdict: 'no answers', why: 'none are kept of it' };
  try {
    const { content, blockers } = readModelFile(path);
    const [blocker] = blockers;
    if (content?.kind !== 'steps')
      return { name, verdict: 'refused', why: `${blocker?.class}: ${blocker?.field}: ${blocker?.found}` };
    const batch = batchOf(readTable(join(csv, `${data}.csv`)), content.signature);
    const found = await differences(content, batch, readTable(expected));
    const [worst] = found.sort((a, b) => b.largest - a.largest);
    if (worst === undefined)
      return { name, verdict: 'no answers', why: 'none of its columns is an answer of the library' };
    if (worst.largest <= worst.tolerance) return { name, verdict: 'equal', why: '' };
    return { name, verdict: 'differs', why: `${worst.output}: ${worst.largest.toPrecision(2)}` };
  } catch (error) {
    if (!isPlimsollError(error)) return { name, verdict: 'fails', why: String(error) };
    return { name, verdict: 'refused', why: `${error.code}: ${error.message}`.slice(0, 200) };
  }
}

async function differences(
  content: Extract<ModelContent, { kind: 'steps' }>,
  batch: Batch,
  expected: Table,
): Promise<Difference[]> {
  const { prefix, columns, refused, model } = compileModel(content);
  const { signature } = content;
  const onnx = await createOnnxEngine({ onnx: encodeModel(model), signature, prefix, columns, refused });
  const engines: readonly Engine[] = [createNativeEngine(content), onnx];
  const found: Difference[] = [];
  for (const engine of engines) {
    found.push(...differenceOf(await engine.infer(batch), signature, expected));
    await engine.close();
  }
  return found;
}

const { values, positionals } = parseArgs({
  options: { only: { type: 'string', default: '' } },
  allowPositionals: true,
});
const [clone] = positionals;
if (clone === undefined) throw new Error('name the folder of a clone of jpmml-sklearn');
const files = globSync('*/src/test/resources/pkl/*.pkl', { cwd: clone }).filter((file) =>
  file.includes(values.only),
);
const outcomes: Outcome[] = [];
for (const file of files.sort()) outcomes.push(await compare(join(clone, file)));
for (const { name, verdict, why } of outcomes)
  if (verdict !== 'equal') console.log(`${verdict.padEnd(10)} ${name}: ${why}`);
const counts = Map.groupBy(outcomes, ({ verdict }) => verdict);
console.log(
  `${files.length} files: ${[...counts].map(([verdict, of]) => `${of.length} ${verdict}`).join(', ')}`,
);
