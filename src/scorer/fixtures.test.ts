import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type FixtureFile, listFixtures, readFixture } from '../../e2e/exactness/fixture.ts';
import { isPlimsollError } from '../core/errors.ts';
import type { Engine } from '../engine/engine.ts';
import { readModelFile } from '../files/read-model.ts';
import type { Outputs } from '../model/batch.ts';
import type { Signature } from '../model/signature.ts';
import type { Tensor } from '../model/tensor.ts';
import { exampleRow } from '../registry/boundary/example.ts';
import { createEngine } from '../registry/engines.ts';
import { decodeInput } from '../serving/rows/decode.ts';
import { bindInputs } from './bind.ts';
import { scorerOver } from './score.ts';
import type { Scored, Scorer } from './scorer.ts';
import { frameOf } from './test-frames.ts';

const files = listFixtures(join(import.meta.dirname, '../../fixtures/models'));
const releases = [...new Set(files.map(({ release }) => release))];

interface Table {
  readonly names: readonly string[];
  readonly columns: readonly (readonly unknown[])[];
}

/** The table that a /predict body of a fixture holds. */
function tableOf(body: unknown): Table {
  const { dataframe_split: split, instances } = body as {
    dataframe_split?: { columns: string[]; data: unknown[][] };
    instances?: unknown[];
  };
  const rows = (split?.data ?? instances!).map((row) => (Array.isArray(row) ? row : [row]) as unknown[]);
  const names = split?.columns ?? rows[0]!.map((_, j) => `f${j}`);
  return { names, columns: names.map((_, j) => rows.map((row) => row[j])) };
}

/** Cells of outputs, column by column, as plainly as can be. */
function cellsOf(outputs: Outputs, { outputs: specs }: Signature): unknown[][] {
  return specs.flatMap(({ name }) => ([outputs[name]].flat() as Tensor[]).flatMap(tensorCells));
}

function tensorCells({ shape, data, dtype }: Tensor): unknown[][] {
  const rows = shape[0]!;
  const width = data.length / rows;
  return Array.from({ length: width }, (_, j) =>
    Array.from({ length: rows }, (_, i) => {
      const cell = data[i * width + j]!;
      return dtype.startsWith('int') ? BigInt(cell) : cell;
    }),
  );
}

async function score(scorer: Scorer, { names, columns }: Table): Promise<Scored> {
  const read = scorer.inputs.map((input) => columns[names.indexOf(input)]!);
  return scorer.score(frameOf(read, columns[0]!.length));
}

/** What is wrong with the scorer's answers to a fixture, by those of the engine that answers requests. */
async function problemsOf(file: FixtureFile): Promise<string[]> {
  const { content } = readModelFile(file.model);
  if (content === null) return [];
  const engine = await createEngine(content, 'native').catch(() => createEngine(content, 'onnx'));
  const { signature } = content;
  const fixture = readFixture(file);
  const table = tableOf(fixture.input);
  const available = table.names.map((name) => ({ name, type: 'ANY' }));
  const inputs = bindInputs(signature, available, { key: 'id', columns: [], features: null });
  const identity = { digest: '', runtime: 'native', converter: 0 } as const;
  const scorer = await scorerOver(
    { engine, signature, example: exampleRow(content).row, name: file.name, identity },
    inputs,
  );
  try {
    const scored = await score(scorer, table);
    const wanted = cellsOf(await engine.infer(decodeInput(fixture.input, signature)), signature);
    const problems = scored.refusals.map(({ row, reason }) => `row ${row}: ${reason}`);
    if (scored.columns.length !== wanted.length)
      problems.push(`${scored.columns.length} columns, not ${wanted.length}`);
    wanted.forEach((cells, j) => {
      const bad = cells.findIndex((cell, i) => !Object.is(cell, scored.columns[j]?.[i]));
      if (bad >= 0)
        problems.push(
          `${scorer.outputs[j]?.name} of row ${bad}: ${scored.columns[j]?.[bad]}, not ${cells[bad]}`,
        );
    });
    for (const { input } of fixture.refused ?? [])
      problems.push(...(await refusalProblems(engine, signature, scorer, input)));
    return problems.map((problem) => `${file.name}: ${problem}`);
  } finally {
    await scorer.close();
  }
}

async function refusalProblems(
  engine: Engine,
  signature: Signature,
  scorer: Scorer,
  input: unknown,
): Promise<string[]> {
  try {
    await engine.infer(decodeInput(input, signature));
    return ['a body that is refused was answered'];
  } catch (error) {
    const table = tableOf(input);
    if (!isPlimsollError(error) || scorer.inputs.some((name) => !table.names.includes(name))) return [];
    const { refusals } = await score(scorer, table);
    const said = refusals.some(({ reason }) =>
      error.message.includes(reason.replace(/ \(and \d+ more\)$/, '')),
    );
    return said ? [] : [`said ${JSON.stringify(refusals[0]?.reason)}, the door says ${error.message}`];
  }
}

describe.each(releases)('%s', (release) => {
  test('every model answers columns with the bits, and the refusals, of the doors', {
    timeout: 120_000,
  }, async () => {
    const problems: string[] = [];
    for (const file of files.filter((one) => one.release === release))
      problems.push(...(await problemsOf(file)));
    expect(problems).toEqual([]);
  });
});
