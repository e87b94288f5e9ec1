/**
 * KServe V2, the Open Inference Protocol, as JSON and with Triton's extension for binary tensors
 * (https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md). Pure.
 */
import { BYTE_WORST, jsonCost } from '../../admission/memory/body-cost.ts';
import type { HttpReply, Protocol, ProtocolPage, ProtocolRoutes, ServerView } from '../../protocol.ts';
import { jsonReply } from '../../protocol.ts';
import { contentProtocols } from '../content.ts';
import { tritonError } from '../errors.ts';
import { JSON_LENGTH, jsonLength, parseV2Body } from './binary.ts';
import { v2Decode } from './decode.ts';
import { ALL_OUTPUTS, v2Encode, v2ResponseOptions } from './encode.ts';
import { inputTensorsOf, outputTensorsOf } from './metadata.ts';
import { v2OpenApi } from './openapi.ts';

/** An element as it is checked, as a cell of a row, and on its way to a text; measured. */
const ELEMENT = 112;

const v2Infer: Protocol = {
  id: 'v2',
  answers: 'application/json',
  parse: parseV2Body,
  textBytes: jsonLength,
  decode: v2Decode,
  responseOptions: v2ResponseOptions,
  encode: v2Encode,
  weigh: (bytes, cell) => jsonCost(bytes, cell + ELEMENT),
  heavy: BYTE_WORST + ELEMENT,
  valueBytes: ELEMENT,
};

/** Clients look for 200, or for the JSON, or for both. */
const health = (key: string, isWell: boolean): HttpReply => jsonReply(isWell ? 200 : 503, { [key]: isWell });

function modelReady(
  { isReady, target }: ServerView,
  model: string | null,
  version: string | null,
): HttpReply {
  target(model, version);
  return jsonReply(isReady ? 200 : 503, { name: model, ready: isReady });
}

function metadata({ target, versions }: ServerView, model: string | null, version: string | null): HttpReply {
  const found = target(model, version);
  const { framework, signature } = found.manifest;
  return jsonReply(200, {
    name: model,
    versions: versions(found.model).map(String),
    platform: framework.name,
    inputs: inputTensorsOf(signature),
    outputs: outputTensorsOf(signature),
  });
}

const PAGES: readonly ProtocolPage[] = [
  {
    route: '/v2',
    answer: ({ release }) =>
      jsonReply(200, { name: 'plimsoll', version: release, extensions: ['binary_tensor_data'] }),
  },
  { route: '/v2/health/live', answer: () => health('live', true) },
  { route: '/v2/health/ready', answer: ({ isReady }) => health('ready', isReady) },
  { route: '/v2/models', answer: ({ endpoints }) => jsonReply(200, { models: endpoints }) },
  { route: '/v2/models/{model}', answer: metadata },
  { route: '/v2/models/{model}/ready', answer: modelReady },
  { route: '/v2/models/{model}/versions/{version}', answer: metadata },
  { route: '/v2/models/{model}/versions/{version}/ready', answer: modelReady },
];

const content = contentProtocols(v2Infer, ALL_OUTPUTS);

export const v2: ProtocolRoutes = {
  id: 'v2',
  protocols: [v2Infer, ...content.all],
  // A body that says where its JSON ends is one of V2, whatever its media type.
  content: (headers) => (headers[JSON_LENGTH] === undefined ? content.choose(headers) : null),
  routes: () => ['/v2/models/{model}/infer', '/v2/models/{model}/versions/{version}/infer'],
  errorFormatter: () => tritonError,
  errorPaths: /^\/v2(?:\/|$)/,
  pages: () => PAGES,
  openApi: v2OpenApi,
};
