/** The typed door of FastAPI's users. Pure. */
import type { ErrorDetails } from '../../core/errors.ts';
import {
  type EncodeText,
  type ErrorFormatter,
  jsonReply,
  type Protocol,
  type ProtocolRoutes,
  type TargetVersion,
} from '../protocol.ts';
import { compileDecode } from '../rows/compile-decode.ts';
import { compileScan } from '../rows/compile-scan.ts';
import type { InputDetail } from '../rows/input-errors.ts';
import { parseJsonBody } from '../rows/parse-json.ts';
import { contentProtocols } from './content.ts';
import { explainOption, explanationMembers, withoutExplain } from './explain-option.ts';
import { plainOpenApi } from './plain-openapi.ts';
import { outputWriter, predictionsWriter } from './prediction-values.ts';

/** `{"rows": […], "explain"?}` → `{"predictions": […], "probabilities": […]?, "explanation"?, "model", "version", "requestId"}`. */
export const plain = {
  id: 'plain',
  answers: 'application/json',
  parse: parseJsonBody,
  decode: ({ manifest: { signature } }: TargetVersion) => withoutExplain(compileDecode(signature), signature),
  scan: ({ manifest }: TargetVersion) => compileScan(manifest.signature),
  responseOptions: ({ manifest }: TargetVersion) => explainOption(manifest.signature),
  encode,
} satisfies Protocol;

const content = contentProtocols(plain);

export const plainRoutes: ProtocolRoutes = {
  id: 'plain',
  protocols: [plain, ...content.all],
  content: content.choose,
  routes: () => ['/predict', '/models/{model}/predict', '/models/{model}/versions/{version}/predict'],
  errorFormatter: () => plainError,
  openApi: plainOpenApi,
};

function encode({ model, version, manifest }: TargetVersion): EncodeText {
  const { signature } = manifest;
  const write = outputWriter(signature);
  const writePredictions = predictionsWriter(signature);
  const end = `,"model":${JSON.stringify(model)},"version":${version},"requestId":`;
  return (outputs, rows, requestId, _, explanation) => {
    const probabilities = outputs['predict_proba'];
    const scores = probabilities ? `,"probabilities":${write(probabilities)}` : '';
    const explained = explanationMembers(explanation);
    return `{"predictions":${writePredictions(outputs, rows)}${scores}${explained}${end}${JSON.stringify(requestId)}}`;
  };
}

/** The complaints of a 422 as FastAPI's clients know them, anything else with code and hint. */
export const plainError: ErrorFormatter = ({ code, message, hint, http, details }) =>
  code === 'INPUT_INVALID'
    ? jsonReply(http, { detail: details['detail'] ?? [engineDetail(message, details)] })
    : jsonReply(http, { detail: message, error: { code, message, hint } });

/** A complaint of an engine, which knows rows and columns but not the words of the request. */
const engineDetail = (msg: string, { row, column }: ErrorDetails): InputDetail => {
  const place = [row, column].filter((part) => typeof part === 'string' || typeof part === 'number');
  return { type: 'value_error', loc: ['body', ...place], msg };
};
