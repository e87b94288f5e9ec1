import { isPlimsollError } from '../../src/core/errors.ts';
import type { Outputs } from '../../src/model/batch.ts';
import type { Signature } from '../../src/model/signature.ts';
import { exampleRow } from '../../src/registry/boundary/example.ts';
import { bindInputs } from '../../src/scorer/bind.ts';
import { scorerOver } from '../../src/scorer/score.ts';
import type { ColumnScorer, ScoredFrame } from '../../src/scorer/scorer.ts';
import { testFrameOf } from '../../src/scorer/testing/frames.ts';
import { decodeInput } from '../../src/serving/rows/decode.ts';
import { tensorsOf } from './bound.ts';
import { namesOf, rowsOf } from './fixture.ts';
import type { Replay } from './replay.ts';

interface Table {
  readonly names: readonly string[];
  readonly columns: readonly (readonly unknown[])[];
}

/** What is wrong with the scorer's answers to columns, by those of the engine that answers requests. */
export async function columnComplaints(replay: Replay): Promise<string[]> {
  const { file, fixture, content, engines, outputs } = replay;
  const { signature } = content;
  const table = tableOf(fixture.input);
  const available = table.names.map((name) => ({ name, type: 'ANY' }));
  const inputs = bindInputs(signature, available, { key: 'id', columns: [], features: null });
  const identity = { digest: '', runtime: 'native', converter: 0 } as const;
  const version = {
    engine: engines.native,
    signature,
    example: exampleRow(content).row,
    name: file.name,
    identity,
  };
  const scorer = await scorerOver(version, inputs);
  const scored = await score(scorer, table);
  const wanted = cellsOf(outputs.native, signature);
  const complaints = scored.refusals.map(({ row, reason }) => `row ${row}: ${reason}`);
  if (scored.columns.length !== wanted.length)
    complaints.push(`${scored.columns.length} columns, not ${wanted.length}`);
  wanted.forEach((cells, j) => {
    const bad = cells.findIndex((cell, i) => !Object.is(cell, scored.columns[j]?.[i]));
    if (bad >= 0)
      complaints.push(
        `${scorer.outputs[j]?.name} of row ${bad}: ${scored.columns[j]?.[bad]}, not ${cells[bad]}`,
      );
  });
  for (const { input } of fixture.refused ?? [])
    complaints.push(...(await refusalComplaints(replay, scorer, input)));
  return complaints;
}

/** The table that a /predict body of a fixture holds. */
function tableOf(body: unknown): Table {
  const rows = rowsOf(body);
  const names = namesOf(body) ?? rows[0]!.map((_, j) => `f${j}`);
  return { names, columns: names.map((_, j) => rows.map((row) => row[j])) };
}

/** Cells of outputs, column by column, as plainly as can be. */
const cellsOf = (outputs: Outputs, { outputs: specs }: Signature): unknown[][] =>
  specs.flatMap(({ name }) =>
    tensorsOf(outputs[name]!).flatMap(({ shape, data, dtype }) => {
      const rows = shape[0]!;
      const width = data.length / rows;
      return Array.from({ length: width }, (_, j) =>
        Array.from({ length: rows }, (_, i) => {
          const cell = data[i * width + j]!;
          return dtype.startsWith('int') ? BigInt(cell) : cell;
        }),
      );
    }),
  );

async function score(scorer: ColumnScorer, { names, columns }: Table): Promise<ScoredFrame> {
  const read = scorer.inputs.map((input) => columns[names.indexOf(input)]!);
  return scorer.score(testFrameOf(read, columns[0]!.length));
}

async function refusalComplaints(
  { content: { signature }, engines }: Replay,
  scorer: ColumnScorer,
  input: unknown,
): Promise<string[]> {
  try {
    await engines.native.infer(decodeInput(input, signature));
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
