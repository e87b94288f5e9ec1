import type { Outputs } from '../../model/batch.ts';
import { isList } from '../../model/output-parts.ts';
import type { Tensor } from '../../model/tensor.ts';
import type { Encode, Protocol, Target } from '../protocol.ts';
import { compileDecode } from '../rows/compile.ts';
import { outputsToJson } from '../rows/encode.ts';
import { tensorWriter } from '../rows/write.ts';

/** The typed door: `{"rows": […]}` → `{"predictions": […], "probabilities": […]?, "model", "version", "requestId"}`. */
export const plain: Protocol = {
  id: 'plain',
  routes: ['/predict', '/models/{model}/predict', '/models/{model}/versions/{version}/predict'],
  decode: ({ manifest }) => compileDecode(manifest.signature),
  encode,
};

function encode({ model, version, manifest }: Target): Encode {
  const { signature } = manifest;
  const writeTensor = tensorWriter(signature.classes);
  const write = (output: Tensor | readonly Tensor[]): string =>
    isList(output) ? `[${output.map(writeTensor).join(',')}]` : writeTensor(output);
  const end = `,"model":${JSON.stringify(model)},"version":${version},"requestId":`;
  return (outputs, rows, requestId) => {
    const main = outputs['predict'] ?? outputs['transform'] ?? onlyOutput(outputs, rows);
    const probabilities = outputs['predict_proba'];
    const predictions = main ? write(main) : JSON.stringify(rowsOf(outputsToJson(outputs, signature), rows));
    const scores = probabilities ? `,"probabilities":${write(probabilities)}` : '';
    return `{"predictions":${predictions}${scores}${end}${JSON.stringify(requestId)}}`;
  };
}

/** The output of a graph that has one, where it gives a value a row. */
function onlyOutput(outputs: Outputs, rows: number): Tensor | undefined {
  const [output, second] = Object.values(outputs);
  const isOnly = output !== undefined && second === undefined;
  return isOnly && !isList(output) && output.shape[0] === rows ? output : undefined;
}

/** Outputs of a graph turned to objects by output name, one a row; as they are where one gives no value a row. */
function rowsOf(outputs: ReturnType<typeof outputsToJson>, rows: number): unknown {
  const entries = Object.entries(outputs);
  const byRow = entries.every(([, value]) => Array.isArray(value) && value.length === rows);
  if (!byRow) return outputs;
  const valueAt = (value: unknown, i: number): unknown => (value as readonly unknown[])[i];
  return Array.from({ length: rows }, (_, i) =>
    Object.fromEntries(entries.map(([name, value]) => [name, valueAt(value, i)])),
  );
}
