/** Vertex AI's contract with containers, and its own API as far as its clients ask for predictions. Pure. */
import { isRecord } from '../../core/record.ts';
import type { EncodeResponse, Protocol, ProtocolRoutes, TargetVersion } from '../protocol.ts';
import { jsonReply } from '../protocol.ts';
import { compileDecode } from '../rows/compile-decode.ts';
import { describeInput, InputErrors } from '../rows/input-errors.ts';
import { parseJsonBody } from '../rows/parse-json.ts';
import { googleError } from './errors.ts';
import { predictionsWriter } from './prediction-values.ts';

/**
 * `{"instances": […], "parameters"?}` → `{"predictions": […], "deployedModelId", "modelDisplayName", "modelVersionId"}`
 * (https://cloud.google.com/vertex-ai/docs/predictions/custom-container-requirements#prediction). A container answers
 * the predictions; the rest is what the service adds to them, and a client of the service reads.
 */
export const vertexPredict: Protocol = {
  id: 'vertex',
  answers: 'application/json',
  parse: parseJsonBody,
  decode: ({ manifest }) => {
    const decode = compileDecode(manifest.signature);
    return (body) => decode({ instances: instancesIn(body) });
  },
  encode,
};

/** Throws INPUT_INVALID. */
function instancesIn(body: unknown): readonly unknown[] {
  const instances = isRecord(body) && Object.hasOwn(body, 'instances') ? body['instances'] : undefined;
  if (Array.isArray(instances)) return instances;
  const found = instances === undefined ? describeInput(body) : `{"instances": ${describeInput(instances)}}`;
  const msg = `expected {"instances": […]}, got ${found}`;
  return new InputErrors().fail(['body', 'instances'], { type: 'list_type', msg });
}

function encode({ model, version, manifest }: TargetVersion): EncodeResponse {
  const write = predictionsWriter(manifest.signature);
  const name = JSON.stringify(model);
  const end = `,"deployedModelId":"${version}","modelDisplayName":${name},"modelVersionId":"${version}"}`;
  return (outputs, rows) => `{"predictions":${write(outputs, rows)}${end}`;
}

/**
 * In a container of Vertex the names in paths are Google's, and the one model is meant; elsewhere an endpoint of Google's
 * is one of this server.
 */
export const vertex: ProtocolRoutes = {
  id: 'vertex',
  protocols: [vertexPredict],
  routes: ({ kind, predictRoute }) => {
    const endpoint = kind === 'vertex' ? '{endpoint}' : '{model}';
    return [
      ...(kind === 'vertex' && predictRoute !== null ? [predictRoute] : []),
      `/v1/endpoints/${endpoint}/deployedModels/{deployed}:predict`,
      `/v1/projects/{project}/locations/{location}/endpoints/${endpoint}:predict`,
    ];
  },
  errorFormatter: () => googleError,
  errorPaths: /^\/v1\/(?:endpoints|projects)\//,
  pages: ({ kind, healthRoute }) =>
    kind === 'vertex' && healthRoute !== null
      ? [{ route: healthRoute, answer: ({ isReady }) => jsonReply(isReady ? 200 : 503, { ready: isReady }) }]
      : [],
};
