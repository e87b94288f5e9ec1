import { endpointAt } from './endpoints.ts';
import type { Json } from './json.ts';
import { Refusal } from './refusal.ts';
import type { Deployed, World } from './world.ts';

type Handler = (world: World, request: Json) => Promise<Json> | Json;

/** Online prediction is cut after 60 s, whatever the client says (googleapis/python-aiplatform#1158). */
const LIMIT_MILLIS = 60_000;

/** Who answers, drawn by the traffic split. */
function drawn(world: World, request: Json): { readonly id: string; readonly target: Deployed } {
  const endpoint = endpointAt(world, request['endpoint']);
  const split = Object.entries((endpoint.message['trafficSplit'] ?? {}) as Record<string, number>);
  if (split.length === 0)
    throw new Refusal(
      'FAILED_PRECONDITION',
      'The endpoint does not accept any traffic: its traffic split is empty.',
    );
  const at = Math.random() * 100;
  let below = 0;
  const [id] =
    split.find(([, share]) => {
      below += share;
      return at < below;
    }) ?? split[0]!;
  return { id, target: endpoint.deployed.get(id)! };
}

async function ask({ container }: Deployed, body: string | Buffer, type: string): Promise<Response> {
  try {
    return await fetch(container.predictUrl, {
      method: 'POST',
      body: new Uint8Array(Buffer.from(body)),
      headers: { 'content-type': type },
      signal: AbortSignal.timeout(LIMIT_MILLIS),
    });
  } catch (error) {
    throw new Refusal('UNAVAILABLE', `The model server does not answer: ${String(error)}`);
  }
}

const predict: Handler = async (world, request) => {
  const { id, target } = drawn(world, request);
  const { instances, parameters } = request;
  const response = await ask(target, JSON.stringify({ instances, parameters }), 'application/json');
  const text = await response.text();
  if (!response.ok)
    throw new Refusal(
      response.status < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL',
      `Model server answered ${response.status}: ${text}`,
    );
  const { predictions } = JSON.parse(text) as { predictions: unknown[] };
  const model = String(target.message['model']);
  return {
    predictions,
    deployedModelId: id,
    model,
    modelVersionId: '1',
    modelDisplayName: world.models.get(model)?.['displayName'],
  };
};

const rawPredict: Handler = async (world, request) => {
  const { target } = drawn(world, request);
  const { contentType, data } = (request['httpBody'] ?? {}) as { contentType?: string; data?: string };
  const response = await ask(target, Buffer.from(data ?? '', 'base64'), contentType ?? 'application/json');
  const answer = Buffer.from(await response.arrayBuffer()).toString('base64');
  return { contentType: response.headers.get('content-type') ?? 'application/json', data: answer };
};

export const PREDICTIONS: Readonly<Record<string, Handler>> = { Predict: predict, RawPredict: rawPredict };
