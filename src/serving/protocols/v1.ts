/** KServe V1 and the JSON of TensorFlow Serving, which share paths and most of their bodies. Pure. */
import { isRecord } from '../../core/record.ts';
import type { Outputs } from '../../model/batch.ts';
import { isList } from '../../model/output-parts.ts';
import { newTensor, type Tensor } from '../../model/tensor.ts';
import type {
  DescribedEndpoint,
  EncodeResponse,
  HttpReply,
  OpenApiPaths,
  Protocol,
  ProtocolPage,
  ProtocolRoutes,
  ServerView,
  TargetVersion,
} from '../protocol.ts';
import { jsonReply } from '../protocol.ts';
import { compileDecode } from '../rows/compile-decode.ts';
import { describeInput, InputErrors } from '../rows/input-errors.ts';
import { parseJsonBody } from '../rows/parse-json.ts';
import { contentProtocols } from './content.ts';
import { tensorFlowError } from './errors.ts';
import { listUnder, predictionItem } from './openapi-operation.ts';
import { outputWriter } from './prediction-values.ts';

/** `instances` are rows, `inputs` columns (or, for one input, its values); the answer has the form of the body. */
type Shape = 'rows' | 'columns';

/**
 * `{"instances": […]}` → `{"predictions": […]}`: bare values where the model has one output, else objects by output name;
 * `{"inputs": …}` → `{"outputs": …}`: the one output, or all by name
 * (https://www.tensorflow.org/tfx/serving/api_rest#predict_api, https://kserve.github.io/website/docs/concepts/architecture/data-plane/v1-protocol).
 */
/** A row is written apart: a tensor of it, and its text in pieces. */
const ROW_BYTES = 160;

export const v1Predict: Protocol = {
  id: 'v1',
  answers: 'application/json',
  parse: parseJsonBody,
  decode: ({ manifest }) => {
    const decode = compileDecode(manifest.signature);
    return (body) => {
      const key = shapeOf(body) === 'rows' ? 'instances' : 'inputs';
      return decode({ [key]: isRecord(body) ? body[key] : undefined });
    };
  },
  responseOptions: () => shapeOf,
  encode,
  valueBytes: ROW_BYTES,
};

/** Throws INPUT_INVALID. */
function shapeOf(body: unknown): Shape {
  const [hasRows, hasColumns] = ['instances', 'inputs'].map(
    (key) => isRecord(body) && Object.hasOwn(body, key),
  );
  const complain = (msg: string): never => new InputErrors().fail(['body'], { type: 'body_keys', msg });
  if (!isRecord(body)) return complain(`JSON Value: ${describeInput(body)} Is not object`);
  if (hasRows && hasColumns)
    return complain(`Not formatted correctly: expected one of 'inputs' and 'instances', got both`);
  if (hasRows) return 'rows';
  return hasColumns ? 'columns' : complain("Missing 'inputs' or 'instances' key");
}

function encode({ manifest }: TargetVersion): EncodeResponse {
  const write = outputWriter(manifest.signature);
  const rank = new Map(manifest.signature.outputs.map(({ name }, k) => [name, k]));
  /** In the order of the signature. */
  const entriesOf = (outputs: Outputs): [string, Tensor | readonly Tensor[]][] =>
    Object.entries(outputs).sort(([a], [b]) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0));
  return (outputs, rows, _, options) => {
    const entries = entriesOf(outputs);
    const [only, second] = entries;
    const isOnly = only !== undefined && second === undefined;
    if (options === 'columns') return `{"outputs":${isOnly ? write(only[1]) : byName(entries, write)}}`;
    if (isOnly && !isList(only[1])) return `{"predictions":${write(only[1])}}`;
    if (isOnly) return `{"predictions":[${rowTexts(only[1], rows, write).join(',')}]}`;
    const texts = entries.map(
      ([name, output]) => [JSON.stringify(name), rowTexts(output, rows, write)] as const,
    );
    const row = (i: number): string => `{${texts.map(([name, values]) => `${name}:${values[i]}`).join(',')}}`;
    return `{"predictions":[${Array.from({ length: rows }, (__, i) => row(i)).join(',')}]}`;
  };
}

type Write = (output: Tensor | readonly Tensor[]) => string;

const byName = (entries: readonly [string, Tensor | readonly Tensor[]][], write: Write): string =>
  `{${entries.map(([name, output]) => `${JSON.stringify(name)}:${write(output)}`).join(',')}}`;

/** Text of each row of one output; where it gives no value a row, all of it for each. */
function rowTexts(output: Tensor | readonly Tensor[], rows: number, write: Write): readonly string[] {
  if (isList(output)) {
    const parts = output.map((part) => rowTexts(part, rows, write));
    return Array.from({ length: rows }, (_, i) => `[${parts.map((part) => part[i]).join(',')}]`);
  }
  const { shape, data } = output;
  if (shape[0] !== rows) return new Array<string>(rows).fill(write(output));
  const size = data.length / rows;
  const rest = shape.slice(1);
  return Array.from({ length: rows }, (_, i) => {
    return write(newTensor(output.dtype, rest, data.slice(i * size, (i + 1) * size)));
  });
}

/** What both servers say of a model under the same path. */
function status(view: ServerView, model: string | null, version: string | null): HttpReply {
  const target = view.target(model, version);
  const shownVersions = version === null ? view.versions(target.model) : [target.version];
  const state = view.isReady ? 'AVAILABLE' : 'UNLOADING';
  return jsonReply(view.isReady ? 200 : 503, {
    name: model,
    ready: view.isReady,
    model_version_status: shownVersions.map((number) => ({
      version: String(number),
      state,
      status: { error_code: 'OK', error_message: '' },
    })),
  });
}

const PAGES: readonly ProtocolPage[] = [
  { route: '/v1/models', answer: ({ endpoints }) => jsonReply(200, { models: endpoints }) },
  { route: '/v1/models/{model}', answer: status },
  { route: '/v1/models/{model}/versions/{version}', answer: status },
];

const content = contentProtocols(v1Predict, 'rows');

export const v1: ProtocolRoutes = {
  id: 'v1',
  protocols: [v1Predict, ...content.all],
  content: content.choose,
  routes: () => ['/v1/models/{model}:predict', '/v1/models/{model}/versions/{version}:predict'],
  errorFormatter: () => tensorFlowError,
  errorPaths: /^\/v1(?:\/|$)/,
  pages: () => PAGES,
  openApi: { endpoint: predictPaths },
};

function predictPaths(endpoint: DescribedEndpoint): OpenApiPaths {
  const item = predictionItem(endpoint, {
    kind: 'v1',
    whose: 'KServe V1 and TensorFlow Serving',
    schema: listUnder('instances', endpoint.row),
    example: { instances: [endpoint.target.manifest.example] },
    answer: listUnder('predictions'),
  });
  return { [`/v1/models/${encodeURIComponent(endpoint.name)}:predict`]: item };
}
