/** What a version predicts as one list with a value a row, which several doors answer with. Pure. */
import { elementAt } from '../../core/element-at.ts';
import type { Outputs } from '../../model/batch.ts';
import { isList } from '../../model/output-parts.ts';
import type { Signature } from '../../model/signature.ts';
import type { Tensor } from '../../model/tensor.ts';
import { type JsonValue, outputsToJson, tensorToJson } from '../rows/outputs-to-json.ts';
import { tensorWriter } from '../rows/tensor-writer.ts';

/**
 * JSON text of the main output: `predict`, else `transform`, else the only one. Where there are several of a graph, an
 * object by output name a row, or all of them as they are where one gives no value a row.
 */
export function predictionsWriter(signature: Signature): (outputs: Outputs, rows: number) => string {
  const write = outputWriter(signature);
  return (outputs, rows) => {
    const main = mainOutput(outputs, rows);
    return main ? write(main) : JSON.stringify(rowsOf(outputsToJson(outputs, signature), rows));
  };
}

/** The same, as a list of values: one a row, or all outputs as its only item. */
export function predictionValues(outputs: Outputs, rows: number, signature: Signature): readonly JsonValue[] {
  const main = mainOutput(outputs, rows);
  if (main === undefined) {
    const values = rowsOf(outputsToJson(outputs, signature), rows);
    return isRows(values) ? values : [values];
  }
  if (!isList(main)) return tensorToJson(main) as readonly JsonValue[];
  const parts = main.map((part) => tensorToJson(part) as readonly JsonValue[]);
  return Array.from({ length: rows }, (_, i) => parts.map((part) => elementAt(part, i)));
}

/** JSON text of one output. */
export function outputWriter({ classes }: Signature): (output: Tensor | readonly Tensor[]) => string {
  const writeTensor = tensorWriter(classes);
  return (output) => (isList(output) ? `[${output.map(writeTensor).join(',')}]` : writeTensor(output));
}

/** The output that answers where one value a row is wanted. */
const mainOutput = (outputs: Outputs, rows: number): Tensor | readonly Tensor[] | undefined =>
  outputs['predict'] ?? outputs['transform'] ?? onlyOutput(outputs, rows);

/** The output of a graph that has one, where it gives a value a row. */
function onlyOutput(outputs: Outputs, rows: number): Tensor | undefined {
  const [output, second] = Object.values(outputs);
  const isOnly = output !== undefined && second === undefined;
  return isOnly && !isList(output) && output.shape[0] === rows ? output : undefined;
}

type Json = Readonly<Record<string, JsonValue>>;

const isRows = (values: readonly Json[] | Json): values is readonly Json[] => Array.isArray(values);

/** Outputs turned to objects by output name, one a row; as they are where one gives no value a row. */
function rowsOf(outputs: Json, rows: number): readonly Json[] | Json {
  const lists: [string, readonly JsonValue[]][] = [];
  for (const [name, value] of Object.entries(outputs)) {
    if (!isJsonList(value) || value.length !== rows) return outputs;
    lists.push([name, value]);
  }
  return Array.from({ length: rows }, (_, i) =>
    Object.fromEntries(lists.map(([name, values]) => [name, values[i] ?? null])),
  );
}

const isJsonList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);
