import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProtoReader } from '../../../bytes/protobuf.ts';
import { isPlimsollError, PlimsollError } from '../../../core/errors.ts';
import { openFile } from '../../../files/file-source.ts';
import { DEFAULT_LIMITS } from '../../../formats/limits.ts';
import { onnxFormat } from '../../../formats/onnx/format.ts';
import type { ModelContent } from '../../../model/description.ts';
import type { TensorSpec } from '../../../model/signature.ts';
import type { DType, Tensor } from '../../../model/tensor.ts';
import { DecodeBudget } from '../../../onnx/budget.ts';
import { decodeModel } from '../../../onnx/decode.ts';
import { noExternalData, readTensor } from '../../../onnx/decode-tensor.ts';
import type { GraphTensor } from '../../../onnx/graph.ts';
import { ONNX_LIMITS } from '../../../onnx/limits.ts';
import { createOnnxEngine } from '../engine.ts';
import { GraphSession } from '../session.ts';
import { doubled, rotated, tensorDifference } from './tensors.ts';

/** Debian's package libonnx-testdata, or another folder of the same build. */
const FOLDERS = [process.env['PLIMSOLL_ONNX_TESTDATA'], '/usr/share/libonnx-testdata/data'];

/** The folder of the node tests of ONNX, or null where they are not installed. */
export const nodeTestFolder = (): string | null =>
  FOLDERS.flatMap((folder) => (folder === undefined ? [] : [join(folder, 'node')])).find(existsSync) ?? null;

export interface NodeTestOutcome {
  readonly test: string;
  /** The operators of the model. */
  readonly operators: readonly string[];
  /** `passed`; `differs` from the answer of the test; or the code with which it is refused. */
  readonly outcome: string;
  readonly reason: string;
  /** Whether the batch dimension was made free, and with it answers of other rows were those of the graph as it came. */
  readonly freed: boolean;
}

/** Runs the model of one node test as it would be served, on the inputs that lie beside it. */
export async function runNodeTest(folder: string, test: string): Promise<NodeTestOutcome> {
  const path = join(folder, test, 'model.onnx');
  const operators = operatorsOf(path);
  const is = (outcome: string, reason = '', freed = false): NodeTestOutcome => ({
    ...{ test, operators, outcome, reason, freed },
  });
  try {
    const { content, notes, blockers } = onnxFormat.read(openFile(path), {
      ...{ limits: DEFAULT_LIMITS, codecs: [], now: () => 0 },
    });
    if (content?.kind !== 'graph') return is('no graph', blockers.map(({ found }) => found).join(', '));
    const freed = notes.some(({ text }) => text.includes('made free'));
    // The binding opens no graph whose inputs have become wider.
    const opens = !notes.some(({ text }) => text.includes('in requests and answers'));
    const frozen = freed && opens ? readFileSync(path) : null;
    const problem = await compareAnswers(content, join(folder, test), frozen);
    return problem === null ? is('passed', '', freed) : is('differs', problem, freed);
  } catch (error) {
    if (isPlimsollError(error)) return is(error.code, error.message);
    throw error;
  }
}

function operatorsOf(path: string): readonly string[] {
  try {
    const { graph } = decodeModel(readFileSync(path), ONNX_LIMITS);
    return [...new Set(graph.nodes.map(({ op }) => op))];
  } catch {
    return [];
  }
}

type GraphContent = Extract<ModelContent, { kind: 'graph' }>;
type Tensors = Readonly<Record<string, Tensor>>;

/** @param frozen the file, where rows must also be answered one batch as the other */
async function compareAnswers(
  content: GraphContent,
  folder: string,
  frozen: Uint8Array | null,
): Promise<string | null> {
  const { signature, onnx } = content;
  if (signature.form !== 'tensors')
    throw new PlimsollError('INTERNAL', { action: folder, reason: 'no tensors' });
  const engine = await createOnnxEngine({ onnx, signature });
  const data = join(folder, 'test_data_set_0');
  const inputs = tensorsOf(data, 'input', signature.tensors);
  const rowsOf = (tensors: Tensors): number => Object.values(tensors)[0]?.shape[0] ?? 1;
  const infer = async (tensors: Tensors): Promise<Tensors> => {
    const answered = await engine.infer({ kind: 'tensors', rows: rowsOf(tensors), tensors });
    return answered as Tensors;
  };
  try {
    const answered = await infer(inputs);
    const wanted = tensorsOf(data, 'output', signature.outputs);
    const problem = tensorDifference(answered, wanted);
    if (problem !== null || frozen === null) return problem;
    return await compareRows(inputs, answered, frozen, infer);
  } finally {
    await engine.close();
  }
}

/** Two batches, of which the graph as it came answers one after the other, at once. */
async function compareRows(
  inputs: Tensors,
  answered: Tensors,
  frozen: Uint8Array,
  infer: (tensors: Tensors) => Promise<Tensors>,
): Promise<string | null> {
  const others = rotated(inputs);
  const session = await GraphSession.open(frozen);
  const apart = Object.fromEntries(await session.run(others, Object.keys(answered)));
  await session.close();
  const together = await infer(doubled(inputs, others));
  const problem = tensorDifference(together, doubled(answered, apart));
  return problem === null ? null : `two batches at once: ${problem}`;
}

function tensorsOf(
  folder: string,
  role: string,
  specs: readonly Pick<TensorSpec, 'name' | 'dtype'>[],
): Tensors {
  return Object.fromEntries(
    specs.flatMap(({ name, dtype }, i): [string, Tensor][] => {
      const path = join(folder, `${role}_${i}.pb`);
      return existsSync(path) ? [[name, carried(tensorAt(path), dtype)]] : [];
    }),
  );
}

function tensorAt(path: string): GraphTensor {
  const context = { budget: new DecodeBudget(ONNX_LIMITS), external: noExternalData };
  return readTensor(new ProtoReader(readFileSync(path), 'a tensor'), context).tensor;
}

const BFLOAT16 = 16;

/** What is sent and answered for a tensor: bfloat16 is the upper half of a float32. The files of that type say uint16. */
function carried(tensor: GraphTensor, wanted: DType): Tensor {
  const isPacked = tensor.dtype === 'packed';
  if (!isPacked && !(tensor.dtype === 'uint16' && wanted === 'float32')) return tensor;
  if (isPacked && tensor.elementType !== BFLOAT16)
    throw new PlimsollError('INTERNAL', { action: 'a test', reason: `element type ${tensor.elementType}` });
  const { shape, data } = tensor;
  // A copy: tensors lie anywhere in their file.
  const halves = new Uint16Array(
    tensor.dtype === 'packed' ? Uint8Array.from(tensor.data).buffer : Uint16Array.from(data, Number),
  );
  const bits = Uint32Array.from(halves, (half) => half * 0x1_00_00);
  return { dtype: 'float32', shape, data: new Float32Array(bits.buffer) };
}

/** Names of the tests, in order. */
export const nodeTests = (folder: string): readonly string[] => readdirSync(folder).sort();
