import { createNativeEngine } from '../../../engine/native/engine.ts';
import type { Outputs } from '../../../model/batch.ts';
import type { ModelDescription } from '../../../model/description.ts';
import type { Tensor } from '../../../model/tensor.ts';
import { decodeInput } from '../../../serving/rows/decode.ts';
import { DEFAULT_LIMITS } from '../../limits.ts';
import { pmmlFormat } from '../format.ts';

/** Reads a document from its text. */
export function readText(text: string, limits = DEFAULT_LIMITS): ModelDescription {
  const bytes = new TextEncoder().encode(text);
  const source = {
    name: 'model.pmml',
    size: bytes.length,
    slice: (start: number, end: number) => bytes.subarray(start, end),
    sibling: () => null,
  };
  return pmmlFormat.read(source, { limits, codecs: [], now: () => 0 });
}

/** A document around `body`, with number columns x and z, text column s and boolean b; target y or c. */
export const documentOf = (body: string, dictionary = ''): string => `<?xml version="1.0"?>
<PMML xmlns="http://www.dmg.org/PMML-4_3" version="4.3"><Header><Application name="Test" version="1"/></Header>
<DataDictionary>
<DataField name="x" optype="continuous" dataType="double"/>
<DataField name="z" optype="continuous" dataType="double"/>
<DataField name="s" optype="categorical" dataType="string"/>
<DataField name="b" optype="categorical" dataType="boolean"/>
<DataField name="y" optype="continuous" dataType="double"/>
<DataField name="c" optype="categorical" dataType="string"><Value value="no"/><Value value="yes"/></DataField>
${dictionary}</DataDictionary>${body}</PMML>`;

/** Answers of a document to rows of its columns. */
export function answersOf(text: string, rows: readonly Record<string, unknown>[]): Outputs {
  const { content, blockers } = readText(text);
  if (content?.kind !== 'steps') throw new Error(JSON.stringify(blockers));
  const { signature } = content;
  const names = signature.form === 'tensors' ? [] : signature.columns.map(({ name }) => name);
  const data = rows.map((row) => names.map((name) => row[name] ?? null));
  return createNativeEngine(content).infer(
    decodeInput({ dataframe_split: { columns: names, data } }, signature),
  );
}

/** One output as a list. */
export const outputList = (outputs: Outputs, name = 'predict'): unknown[] => [
  ...(outputs[name] as Tensor).data,
];

/** A regression that answers the field `name`, defined by `expression`. */
export const derivedDocument = (expression: string, type = 'double'): string =>
  documentOf(`<RegressionModel functionName="regression"><MiningSchema>
<MiningField name="x"/><MiningField name="z"/><MiningField name="s"/><MiningField name="b"/><MiningField name="y" usageType="target"/>
</MiningSchema><LocalTransformations>
<DerivedField name="d" optype="continuous" dataType="${type}">${expression}</DerivedField></LocalTransformations>
<RegressionTable intercept="0"><NumericPredictor name="d" coefficient="1"/></RegressionTable></RegressionModel>`);
