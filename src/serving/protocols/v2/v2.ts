/**
 * KServe V2, the Open Inference Protocol, as JSON
 * (https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md). Pure.
 */
import { PlimsollError } from '../../../core/errors.ts';
import { BYTE_WORST, jsonCost } from '../../admission/memory/body-cost.ts';
import type { Doorway, Page, Protocol, Reply, View } from '../../protocol.ts';
import { json } from '../../protocol.ts';
import { parseBody } from '../../rows/parse.ts';
import type { Headers } from '../../unit.ts';
import { refuseLikeTriton } from '../words.ts';
import { v2Decode } from './decode.ts';
import { v2Encode, v2Wish } from './encode.ts';
import { inputsOf, outputsOf } from './metadata.ts';

/** An element as it is checked, as a cell of a row, and on its way to a text; measured. */
const ELEMENT = 112;

const v2Infer: Protocol = {
  id: 'v2',
  answers: 'application/json',
  parse: parseBody,
  decode: v2Decode,
  wish: v2Wish,
  encode: v2Encode,
  weigh: (bytes, cell) => jsonCost(bytes, cell + ELEMENT),
  heavy: BYTE_WORST + ELEMENT,
  valueBytes: ELEMENT,
};

/** Any content type is JSON, as Triton has it, but for a body that says where its JSON ends. */
function choose(headers: Headers): Protocol {
  const isBinary =
    headers['inference-header-content-length'] !== undefined ||
    String(headers['content-type'] ?? '').startsWith('application/octet-stream');
  if (isBinary) throw new PlimsollError('BINARY_TENSORS', { what: 'the body' });
  return v2Infer;
}

/** Clients look for 200, or for the JSON, or for both. */
const health = (key: string, isWell: boolean): Reply => json(isWell ? 200 : 503, { [key]: isWell });

function modelReady({ isReady, target }: View, model: string | null, version: string | null): Reply {
  target(model, version);
  return json(isReady ? 200 : 503, { name: model, ready: isReady });
}

function metadata({ target, versions }: View, model: string | null, version: string | null): Reply {
  const found = target(model, version);
  const { framework, signature } = found.manifest;
  return json(200, {
    name: model,
    versions: versions(found.model).map(String),
    platform: framework.name,
    inputs: inputsOf(signature),
    outputs: outputsOf(signature),
  });
}

const PAGES: readonly Page[] = [
  {
    route: '/v2',
    answer: ({ release }) => json(200, { name: 'plimsoll', version: release, extensions: [] }),
  },
  { route: '/v2/health/live', answer: () => health('live', true) },
  { route: '/v2/health/ready', answer: ({ isReady }) => health('ready', isReady) },
  { route: '/v2/models', answer: ({ endpoints }) => json(200, { models: endpoints }) },
  { route: '/v2/models/{model}', answer: metadata },
  { route: '/v2/models/{model}/ready', answer: modelReady },
  { route: '/v2/models/{model}/versions/{version}', answer: metadata },
  { route: '/v2/models/{model}/versions/{version}/ready', answer: modelReady },
];

export const v2: Doorway = {
  id: 'v2',
  protocols: [v2Infer],
  routes: () => ['/v2/models/{model}/infer', '/v2/models/{model}/versions/{version}/infer'],
  choose,
  refuse: () => refuseLikeTriton,
  around: /^\/v2(?:\/|$)/,
  pages: () => PAGES,
};
