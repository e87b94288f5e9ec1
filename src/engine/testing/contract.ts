import { describe, expect, test } from 'vitest';
import { isPlimsollError } from '../../core/errors.ts';
import type { Batch, Outputs } from '../../model/batch.ts';
import type { ModelContent } from '../../model/description.ts';
import { sliceBatch } from '../../model/slice.ts';
import type { Tensor } from '../../model/tensor.ts';
import type { Engine } from '../engine.ts';
import { CONTRACT_MODELS, type ContractModel } from './contract-models.ts';

/** An implementation of the Engine port under the contract. */
export interface EngineUnderTest {
  readonly name: string;
  /** Builds an engine of a model made of steps. */
  create(content: Extract<ModelContent, { kind: 'steps' }>): Engine | Promise<Engine>;
  /** What this engine can't do, each with its reason: a model by name, or one refusal as `model: problem`. */
  readonly skip?: Readonly<Record<string, string>>;
}

/** What every engine must do, on every model of `contract-models.ts`. Call it from a test file. */
export function engineContract({ name, create, skip = {} }: EngineUnderTest): void {
  for (const model of CONTRACT_MODELS) {
    const reason = skip[model.name];
    describe.skipIf(reason !== undefined)(
      `${name} on ${model.name}${reason ? ` (skipped: ${reason})` : ''}`,
      () => {
        behaviours(model, () => create(model.content), skip);
      },
    );
  }
}

function behaviours(
  { name, batch, content, refused, expected }: ContractModel,
  create: () => Engine | Promise<Engine>,
  skip: Readonly<Record<string, string>>,
): void {
  const withEngine = async (use: (engine: Engine) => Promise<void>): Promise<void> => {
    const engine = await create();
    try {
      await use(engine);
    } finally {
      await engine.close();
    }
  };

  test('answers what the formulas give', () =>
    withEngine(async (engine) => {
      const outputs = await engine.infer(batch);
      for (const [output, values] of Object.entries(expected)) expectClose(cellsOf(outputs[output]), values);
    }));

  test('answers every output of the signature with its type and shape', () =>
    withEngine(async (engine) => {
      const outputs = await engine.infer(batch);
      expect(Object.keys(outputs).sort()).toEqual(content.signature.outputs.map((spec) => spec.name).sort());
      for (const { name, dtype, shape } of content.signature.outputs) {
        const tensor = outputs[name] as Tensor;
        expect([name, tensor.dtype, ...tensor.shape]).toEqual([name, dtype, batch.rows, ...shape.slice(1)]);
      }
    }));

  test('answers the same bits for the same batch, in arrays of their own', () =>
    withEngine(async (engine) => {
      const first = await engine.infer(batch);
      const kept = structuredClone(first);
      expect(await engine.infer(sliceBatch(batch, 0, 1))).not.toEqual(first);
      expect(await engine.infer(batch)).toEqual(kept);
      expect(first).toEqual(kept);
    }));

  test('answers a batch of n as n batches of one', () =>
    withEngine(async (engine) => {
      const whole = await engine.infer(batch);
      for (let row = 0; row < batch.rows; row++) {
        const alone = await engine.infer(sliceBatch(batch, row, row + 1));
        expect(alone).toEqual(rowOf(whole, row, batch.rows));
      }
    }));

  test('leaves the batch as it was', () =>
    withEngine(async (engine) => {
      const before = structuredClone(batch);
      await engine.infer(batch);
      expect(batch).toEqual(before);
    }));

  test('answers no rows with empty outputs or refuses them with a code', () =>
    withEngine(async (engine) => {
      const outputs = await settle(engine, sliceBatch(batch, 0, 0));
      if (isPlimsollError(outputs)) expect(outputs.code).toBe('INPUT_INVALID');
      else expect(cellsOf(outputs[content.signature.outputs[0]!.name])).toEqual([]);
    }));

  for (const { problem, batch: bad, details } of refused) {
    const reason = skip[`${name}: ${problem}`];
    const title = `refuses ${problem}, naming the cell, and goes on${reason ? ` (skipped: ${reason})` : ''}`;
    test.skipIf(reason !== undefined)(title, () =>
      withEngine(async (engine) => {
        const error = await settle(engine, bad);
        expect(isPlimsollError(error) && [error.code, error.details]).toMatchObject([
          'INPUT_INVALID',
          details,
        ]);
        await engine.infer(batch);
      }),
    );
  }

  test('closes twice without complaint', async () => {
    const engine = await create();
    await engine.close();
    await engine.close();
  });
}

async function settle(engine: Engine, batch: Batch): Promise<Outputs> {
  try {
    return await engine.infer(batch);
  } catch (error) {
    if (isPlimsollError(error)) return error as unknown as Outputs;
    throw error;
  }
}

const cellsOf = (output: Outputs[string] | undefined): unknown[] =>
  output === undefined
    ? []
    : (Array.isArray(output) ? output : [output]).flatMap((tensor) => Array.from(tensor.data));

function expectClose(found: readonly unknown[], wanted: readonly (number | string | bigint)[]): void {
  expect(found.length).toBe(wanted.length);
  wanted.forEach((value, i) => {
    if (typeof value === 'number')
      expect(Math.abs(Number(found[i]) - value)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(value)));
    else expect(found[i]).toBe(value);
  });
}

/** The outputs of one row, as a batch of that row alone would give them. */
function rowOf(outputs: Outputs, row: number, rows: number): Outputs {
  const pick = (tensor: Tensor): Tensor => {
    const width = tensor.data.length / rows;
    return {
      ...tensor,
      shape: [1, ...tensor.shape.slice(1)],
      data: tensor.data.slice(row * width, (row + 1) * width),
    } as Tensor;
  };
  return Object.fromEntries(
    Object.entries(outputs).map(([name, output]) => [
      name,
      Array.isArray(output) ? output.map(pick) : pick(output as Tensor),
    ]),
  );
}
