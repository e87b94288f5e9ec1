import type { Outputs } from '../../src/model/batch.ts';
import { newTensor, type Tensor } from '../../src/model/tensor.ts';
import type { Expected, Fixture } from './fixture.ts';
import type { Replay } from './replay.ts';

/**
 * A replay without the rows that distance does not decide: of points equally far away the library keeps those that its
 * tree and its heap meet in a certain order, the native engine the same ones, and a graph the first ones.
 */
export function settled(replay: Replay): Replay {
  const tied = new Set(replay.fixture.tied);
  if (tied.size === 0) return replay;
  const keep = <T>(rows: readonly T[]): readonly T[] => rows.filter((_, row) => !tied.has(row));
  const { fixture, outputs } = replay;
  const expected = Object.entries(fixture.expected).map(([name, answer]): [string, Expected] => {
    const parts = Array.isArray(outputs.onnx[name]);
    return [
      name,
      parts ? ((answer as readonly Expected[]).map((part) => keep(part)) as Expected) : keep(answer),
    ];
  });
  const kept: Fixture = {
    ...fixture,
    expected: Object.fromEntries(expected),
    ...(fixture.terms === undefined ? {} : { terms: keep(fixture.terms) }),
  };
  return { ...replay, fixture: kept, outputs: { ...outputs, onnx: rowsOf(outputs.onnx, tied) } };
}

const rowsOf = (outputs: Outputs, left: ReadonlySet<number>): Outputs =>
  Object.fromEntries(
    Object.entries(outputs).map(([name, output]) => [
      name,
      Array.isArray(output)
        ? (output as readonly Tensor[]).map((part) => without(part, left))
        : without(output as Tensor, left),
    ]),
  );

function without({ dtype, shape, data }: Tensor, left: ReadonlySet<number>): Tensor {
  const [rows = 0, ...rest] = shape;
  const width = rest.reduce((product, size) => product * size, 1);
  const kept = (data as Float64Array).filter((_, at) => !left.has(Math.floor(at / width)));
  return newTensor(dtype, [rows - left.size, ...rest], kept);
}
