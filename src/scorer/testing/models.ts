/** Models of fixtures and what the doors make of their rows, for tests. */
import { join } from 'node:path';
import { isPlimsollError } from '../../core/errors.ts';
import { readModelFile } from '../../files/read-model.ts';
import type { Outputs } from '../../model/batch.ts';
import type { Signature } from '../../model/signature.ts';
import { exampleRow } from '../../registry/boundary/example.ts';
import { createEngine } from '../../registry/engines.ts';
import { decodeInput } from '../../serving/rows/decode.ts';
import type { InputDetail } from '../../serving/rows/input-errors.ts';
import type { ScoredModel } from '../score.ts';

export const identity = { digest: '', runtime: 'native', converter: 0 } as const;

export async function load(path: string): Promise<ScoredModel> {
  const { content } = readModelFile(join(import.meta.dirname, '../../../fixtures', path));
  const engine = await createEngine(content!, content!.kind === 'graph' ? 'onnx' : 'native');
  return { engine, signature: content!.signature, example: exampleRow(content!).row, name: path, identity };
}

export const testInputsOf = (signature: Signature): string[] =>
  signature.form === 'tensors'
    ? signature.tensors.map(({ name }) => name)
    : signature.columns.filter((column) => !column.ignored).map(({ name }) => name);

/** What the doors make of one row alone: its answers, or their first word against it. */
export async function answerOneRow(
  { engine, signature }: ScoredModel,
  row: unknown,
): Promise<Outputs | { type: string; msg: string }> {
  try {
    return await engine.infer(decodeInput({ rows: [row] }, signature));
  } catch (error) {
    if (!isPlimsollError(error)) throw error;
    const [first] = (error.details['detail'] ?? []) as InputDetail[];
    return { type: first?.type ?? error.code, msg: first?.msg ?? error.message };
  }
}

/** A frame's cell as JSON: integers as the numbers that JSON readers make of them. */
export const json = (cell: unknown): unknown => (typeof cell === 'bigint' ? Number(cell) : cell);
