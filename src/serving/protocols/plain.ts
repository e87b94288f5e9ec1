import type { Outputs } from '../../model/batch.ts';
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
    const main = outputs['predict'] ?? outputs['transform'];
    const probabilities = outputs['predict_proba'];
    const predictions = main ? write(main) : JSON.stringify(rowsOf(outputsToJson(outputs, signature), rows));
    const scores = probabilities ? `,"probabilities":${write(probabilities)}` : '';
    return `{"predictions":${predictions}${scores}${end}${JSON.stringify(requestId)}}`;
  };
}

const isList = (output: Outputs[string]): output is readonly Tensor[] => Array.isArray(output);

/** Outputs of a graph turned to rows: bare values of a single output, else objects by output name. */
function rowsOf(outputs: ReturnType<typeof outputsToJson>, rows: number): unknown {
  const entries = Object.entries(outputs);
  const byRow = entries.every(([, value]) => Array.isArray(value) && value.length === rows);
  if (!byRow) return outputs;
  if (entries.length === 1) return entries[0]![1];
  const valueAt = (value: unknown, i: number): unknown => (value as readonly unknown[])[i];
  return Array.from({ length: rows }, (_, i) =>
    Object.fromEntries(entries.map(([name, value]) => [name, valueAt(value, i)])),
  );
}
