/** The networks among the fixtures, and what their frameworks answered, as tools/fixtures keeps it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { createOnnxEngine } from '../../engine/onnx/engine.ts';
import type { Outputs } from '../../model/batch.ts';
import type { ModelContent } from '../../model/description.ts';
import { newTensor, type Tensor, TYPED_ARRAYS } from '../../model/tensor.ts';
import { readModelFile } from '../read-model.ts';

const FIXTURES = join(import.meta.dirname, '../../../fixtures');

/** A tensor as fixtures keep it: numbers may be texts, as Python writes them. */
export interface KeptTensor {
  readonly dtype: Tensor['dtype'] | 'bfloat16';
  readonly shape: readonly number[];
  readonly data: readonly (number | string | boolean)[];
}
type KeptTensors = Readonly<Record<string, KeptTensor>>;

/** What a framework answered; torch names no outputs. */
export interface KeptRun {
  readonly inputs: KeptTensors;
  readonly outputs: KeptTensors | readonly KeptTensor[];
}

export interface NetworkFixture {
  /** Folder of the release that made it. */
  readonly release: string;
  readonly name: string;
  readonly path: string;
  readonly answers: string;
}

type NetworkFramework = 'keras' | 'torch' | 'tensorflow';
type GraphContent = Extract<ModelContent, { kind: 'graph' }>;

/** Every network that releases of a framework saved. */
export function networkFixtures(framework: NetworkFramework): readonly NetworkFixture[] {
  const releases = readdirSync(join(FIXTURES, framework)).filter((name) => /\d/.test(name));
  return releases.flatMap((release) => {
    const folder = join(FIXTURES, framework, release);
    const names = readdirSync(folder);
    return framework === 'tensorflow'
      ? names.map((name) => ({ release, name, ...savedModel(join(folder, name)) }))
      : names
          .filter((name) => /\.(?:keras|h5|pt2?|pth)$/.test(name))
          .map((name) => ({ release, name, ...modelFile(join(folder, name)) }));
  });
}

const modelFile = (path: string): Pick<NetworkFixture, 'path' | 'answers'> => ({
  path,
  answers: `${path.slice(0, -extname(path).length)}.json`,
});

const savedModel = (folder: string): Pick<NetworkFixture, 'path' | 'answers'> => ({
  path: ['saved_model.pb', 'graph.pb'].map((name) => join(folder, name)).find(existsSync) ?? folder,
  answers: join(folder, 'answers.json'),
});

export function keptRuns({ answers }: NetworkFixture): readonly KeptRun[] {
  const kept = JSON.parse(readFileSync(answers, 'utf8'));
  return kept.runs ?? [kept];
}

/** What is wanted of a graph whose outputs have these names. */
export const keptOutputs = (
  { outputs }: KeptRun,
  names: readonly string[],
): readonly (readonly [string, KeptTensor])[] =>
  Array.isArray(outputs)
    ? outputs.map((output, i) => [names[i] ?? '', output] as const)
    : Object.entries(outputs);

/** What the text of a number in Python stands for. */
export const keptNumber = (value: number | string | boolean): number => {
  if (typeof value !== 'string') return Number(value);
  if (value === 'True' || value === 'False') return Number(value === 'True');
  return Number(value.replace('inf', 'Infinity'));
};

/** As a request would bring it: bfloat16 is taken and answered as float32. */
export function keptTensor({ dtype: kept, shape, data }: KeptTensor): Tensor {
  const dtype = kept === 'bfloat16' ? 'float32' : kept;
  if (dtype === 'string') return newTensor(dtype, shape, data.map(String));
  if (dtype === 'float16')
    return { dtype, shape, data: new Uint16Array(new Float16Array(data.map(keptNumber)).buffer) };
  const array = new TYPED_ARRAYS[dtype](data.length);
  for (const [i, value] of data.entries())
    array[i] =
      array instanceof BigInt64Array || array instanceof BigUint64Array ? BigInt(value) : keptNumber(value);
  return newTensor(dtype, shape, array);
}

export const keptTensors = (kept: KeptTensors): Readonly<Record<string, Tensor>> =>
  Object.fromEntries(Object.entries(kept).map(([name, tensor]) => [name, keptTensor(tensor)]));

/** The graph that a file becomes. Throws where it is refused. */
export function graphOf(path: string): GraphContent {
  const { content, blockers } = readModelFile(path);
  if (content?.kind !== 'graph' || blockers.length > 0)
    throw new Error(`${path}: ${JSON.stringify(blockers)}`);
  return content;
}

/** What a graph answers to inputs as they are kept. */
export async function graphAnswers(content: GraphContent, inputs: KeptTensors): Promise<Outputs> {
  const engine = await createOnnxEngine(content);
  const tensors = keptTensors(inputs);
  const rows = Object.values(tensors)[0]?.shape[0] ?? 0;
  try {
    return await engine.infer({ kind: 'tensors', rows, tensors });
  } finally {
    await engine.close();
  }
}
