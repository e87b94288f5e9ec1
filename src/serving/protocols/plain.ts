/** The typed door of FastAPI's users. Pure. */
import type { ErrorDetails } from '../../core/errors.ts';
import { type Doorway, type Encode, json, type Protocol, type Refuse, type Target } from '../protocol.ts';
import { compileDecode } from '../rows/compile.ts';
import type { InputDetail } from '../rows/complaints.ts';
import { parseBody } from '../rows/parse.ts';
import { compileScan } from '../rows/scan.ts';
import { outputWriter, predictionsWriter } from './predictions.ts';

/** `{"rows": […]}` → `{"predictions": […], "probabilities": […]?, "model", "version", "requestId"}`. */
export const plain: Protocol = {
  id: 'plain',
  answers: 'application/json',
  parse: parseBody,
  decode: ({ manifest }) => compileDecode(manifest.signature),
  scan: ({ manifest }) => compileScan(manifest.signature),
  encode,
};

export const plainDoorway: Doorway = {
  id: 'plain',
  protocols: [plain],
  routes: () => ['/predict', '/models/{model}/predict', '/models/{model}/versions/{version}/predict'],
  refuse: () => refusePlainly,
};

function encode({ model, version, manifest }: Target): Encode {
  const { signature } = manifest;
  const write = outputWriter(signature);
  const writePredictions = predictionsWriter(signature);
  const end = `,"model":${JSON.stringify(model)},"version":${version},"requestId":`;
  return (outputs, rows, requestId) => {
    const probabilities = outputs['predict_proba'];
    const scores = probabilities ? `,"probabilities":${write(probabilities)}` : '';
    return `{"predictions":${writePredictions(outputs, rows)}${scores}${end}${JSON.stringify(requestId)}}`;
  };
}

/** The complaints of a 422 as FastAPI's clients know them, anything else with code and hint. */
export const refusePlainly: Refuse = ({ code, message, hint, http, details }) =>
  code === 'INPUT_INVALID'
    ? json(http, { detail: details['detail'] ?? [engineDetail(message, details)] })
    : json(http, { detail: message, error: { code, message, hint } });

/** A complaint of an engine, which knows rows and columns but not the words of the request. */
const engineDetail = (msg: string, { row, column }: ErrorDetails): InputDetail => {
  const place = [row, column].filter((part) => typeof part === 'string' || typeof part === 'number');
  return { type: 'value_error', loc: ['body', ...place], msg };
};
