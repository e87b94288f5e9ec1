/**
 * Vertex AI's `explain`: predictions, and what each column adds to them
 * (https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.endpoints/explain). Pure.
 */
import { isRecord } from '../../core/record.ts';
import { type ExplanationAsk, explanationAsk, type ScoreChoice } from '../explanations/explanation-ask.ts';
import type { EncodeResponse, Protocol, ProtocolRoutes, TargetVersion } from '../protocol.ts';
import { describeInput, InputErrors } from '../rows/input-errors.ts';
import { googleError } from './errors.ts';
import { explanationText } from './explain-option.ts';
import { vertexPredict } from './vertex.ts';

/**
 * `{"instances": […], "explanationSpecOverride"?}` → `{"explanations": […], "predictions": […], "deployedModelId", …}`. Of the override
 * `parameters.topK` and `parameters.outputIndices` are followed, which say of which outputs; an explanation that cannot be had is an
 * error.
 */
const vertexExplain: Protocol = {
  ...vertexPredict,
  id: 'vertex explain',
  responseOptions: () => (body) => ({ explain: askIn(body) }),
  encode,
};

/** Throws INPUT_INVALID. */
function askIn(body: unknown): ExplanationAsk {
  const override = isRecord(body) ? body['explanationSpecOverride'] : undefined;
  const parameters = isRecord(override) ? override['parameters'] : undefined;
  return { ...explanationAsk('vertex'), scores: isRecord(parameters) ? scoresIn(parameters) : null };
}

function scoresIn({ topK, outputIndices }: Readonly<Record<string, unknown>>): ScoreChoice | null {
  const loc = ['body', 'explanationSpecOverride', 'parameters'];
  const fail = (name: string, wanted: string, found: unknown): never =>
    new InputErrors().fail([...loc, name], {
      type: 'explain_value',
      msg: `"${name}": expected ${wanted}, got ${describeInput(found)}`,
    });
  if (outputIndices !== undefined) {
    if (!Array.isArray(outputIndices) || !outputIndices.every(isPlace))
      return fail('outputIndices', 'a list of places of outputs, from 0', outputIndices);
    // Vertex takes them for a set: an output that is named again is told once.
    return { indices: [...new Set(outputIndices)] };
  }
  if (topK === undefined || topK === 0) return null;
  if (topK === -1 || isPlace(topK)) return { topK };
  return fail('topK', 'a number of outputs, or -1 for all', topK);
}

const isPlace = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 31;

function encode(target: TargetVersion): EncodeResponse {
  const predictions = vertexPredict.encode(target);
  return (outputs, rows, requestId, options, explanation) => {
    const answer = predictions(outputs, rows, requestId, options);
    if (explanation === undefined || typeof answer !== 'string') return answer;
    return `{"explanations":${explanationText(explanation)},${answer.slice(1)}`;
  };
}

/** Beside the paths of predictions. */
export const vertexExplainRoutes: ProtocolRoutes = {
  id: 'vertex-explain',
  protocols: [vertexExplain],
  routes: ({ kind }) => {
    const endpoint = kind === 'vertex' ? '{endpoint}' : '{model}';
    return [
      `/v1/endpoints/${endpoint}/deployedModels/{deployed}:explain`,
      `/v1/projects/{project}/locations/{location}/endpoints/${endpoint}:explain`,
    ];
  },
  errorFormatter: () => googleError,
};
