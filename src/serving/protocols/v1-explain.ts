/** KServe V1's `explain`: predictions, and why (https://kserve.github.io/website/docs/concepts/architecture/data-plane/v1-protocol). Pure. */
import { isRecord } from '../../core/record.ts';
import type { JsonSchema } from '../docs/json-schema.ts';
import { explanationAsk, readExplanationAsk } from '../explanations/explanation-ask.ts';
import type {
  DescribedEndpoint,
  EncodeResponse,
  OpenApiPaths,
  Protocol,
  ProtocolRoutes,
  TargetVersion,
} from '../protocol.ts';
import { tensorFlowError } from './errors.ts';
import { explanationText } from './explain-option.ts';
import { listUnder, predictionItem } from './openapi-operation.ts';
import { v1Predict } from './v1.ts';

/**
 * `{"instances": […], "explain"?}` → `{"predictions": […], "explanations": […]}`, one document a row. Nothing but an explanation was
 * asked for: without one the answer is an error.
 */
const v1Explain: Protocol = {
  ...v1Predict,
  id: 'v1 explain',
  responseOptions: (target) => {
    const shapeOf = v1Predict.responseOptions?.(target);
    const { signature } = target.manifest;
    return (body) => ({
      shape: shapeOf?.(body),
      explain:
        readExplanationAsk(isRecord(body) ? body['explain'] : true, ['body', 'explain'], signature, 'rows') ??
        explanationAsk('rows'),
    });
  },
  encode,
};

function encode(target: TargetVersion): EncodeResponse {
  const predictions = v1Predict.encode(target);
  return (outputs, rows, requestId, options, explanation) => {
    const shape = isRecord(options) ? options['shape'] : options;
    const answer = predictions(outputs, rows, requestId, shape);
    // A copy for a candidate is explained to nobody.
    if (explanation === undefined || typeof answer !== 'string') return answer;
    return `${answer.slice(0, -1)},"explanations":${explanationText(explanation)}}`;
  };
}

export const v1ExplainRoutes: ProtocolRoutes = {
  id: 'v1-explain',
  protocols: [v1Explain],
  routes: () => ['/v1/models/{model}:explain', '/v1/models/{model}/versions/{version}:explain'],
  errorFormatter: () => tensorFlowError,
  openApi: { endpoint: explainPaths },
};

const LIST = { type: 'array', minItems: 1 };
const ANSWER: JsonSchema = {
  type: 'object',
  properties: { predictions: LIST, outputs: {}, explanations: { ...LIST, items: { type: 'object' } } },
  required: ['explanations'],
};

function explainPaths(endpoint: DescribedEndpoint): OpenApiPaths {
  const item = predictionItem(endpoint, {
    kind: 'v1_explain',
    whose: 'KServe V1',
    schema: listUnder('instances', endpoint.row),
    example: { instances: [endpoint.target.manifest.example] },
    answer: ANSWER,
  });
  return { [`/v1/models/${encodeURIComponent(endpoint.name)}:explain`]: item };
}
