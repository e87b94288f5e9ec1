import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { OutputSpec, Signature } from '../../model/signature.ts';
import type { ModelStep } from '../../model/step.ts';
import type { StepBase } from '../../model/step-base.ts';
import { encodeModel } from '../../onnx/encode.ts';
import { MISSING_STRING } from '../../onnx/missing.ts';
import { compileModel } from '../compile.ts';
import type { CompiledPlan } from '../plan.ts';

/** For tests only: compiles a description and runs it in onnxruntime, one thread, as the engine does. */

export type TestCell = number | string | null;
export type SessionAnswers = Readonly<
  Record<string, { readonly dims: readonly number[]; readonly data: readonly unknown[] }>
>;

export const base: StepBase = {
  origin: { path: '', class: 'test.Step', offset: 0 },
  features: null,
  featureNames: null,
};

const output = (name: string): OutputSpec => ({ name, dtype: 'float64', shape: [-1] });

/** A table signature of columns `x0`, `x1`, … with the outputs named. */
export function tableSignature(
  types: readonly ('number' | 'string')[],
  outputs: readonly string[],
): Signature {
  const columns = types.map((type, i) => ({ name: `x${i}`, named: false, type, nullable: true }));
  return { form: 'table', columns, outputs: outputs.map(output), classes: null };
}

export const numberTypes = (count: number): 'number'[] => Array.from({ length: count }, () => 'number');

export interface TestSession {
  readonly plan: CompiledPlan;
  run(rows: readonly (readonly TestCell[])[]): Promise<SessionAnswers>;
}

/** Loads a compiled model; `counts` gives the rows of each prefix input in order. */
export async function startTestSession(
  plan: CompiledPlan,
  counts: readonly (readonly (readonly number[])[])[] = [],
): Promise<TestSession> {
  const session = await InferenceSession.create(encodeModel(plan.model), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    logSeverityLevel: 3,
  });
  const feedsOf = (rows: readonly (readonly TestCell[])[]): Record<string, OrtTensor> => {
    const feeds = new Map<string, OrtTensor>();
    for (const { name, dtype } of plan.model.graph.inputs) {
      const at = plan.columns.find(({ input }) => input === name)?.column;
      const cells = at === undefined ? rows.flat() : rows.map((row) => row[at]!);
      const dims = [rows.length, at === undefined ? (rows[0]?.length ?? 0) : 1];
      const prefix = plan.prefix.findIndex(({ input }) => input === name);
      if (prefix >= 0) {
        const values = Float64Array.from(counts[prefix]!.flat());
        feeds.set(name, new OrtTensor('float64', values, [rows.length, values.length / rows.length]));
      } else if (dtype === 'string') {
        const words = cells.map((cell) => (cell === null ? MISSING_STRING : String(cell)));
        feeds.set(name, new OrtTensor('string', words, dims));
      } else if (dtype === 'int64') {
        feeds.set(
          name,
          new OrtTensor(
            'int64',
            BigInt64Array.from(cells, (cell) => BigInt(cell as number)),
            dims,
          ),
        );
      } else if (dtype === 'bool') {
        feeds.set(name, new OrtTensor('bool', Uint8Array.from(cells, Number), dims));
      } else {
        const numbers = Float64Array.from(cells, (cell) => (cell === null ? Number.NaN : Number(cell)));
        feeds.set(name, new OrtTensor('float64', numbers, dims));
      }
    }
    return Object.fromEntries(feeds);
  };
  return {
    plan,
    async run(rows) {
      const results = await session.run(feedsOf(rows));
      return Object.fromEntries(
        Object.entries(results).map(([name, { dims, data }]) => [
          name,
          { dims, data: Array.from(data as ArrayLike<unknown>) },
        ]),
      );
    },
  };
}

/** Compiles, loads and runs once. */
export const infer = async (
  root: ModelStep,
  signature: Signature,
  rows: readonly (readonly TestCell[])[],
  counts: readonly (readonly (readonly number[])[])[] = [],
): Promise<SessionAnswers> => (await startTestSession(compileModel({ root, signature }), counts)).run(rows);
