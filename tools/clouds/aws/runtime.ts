/** SageMaker's runtime: a request goes to the process of a variant, by weight or by name. */
import type { IncomingHttpHeaders } from 'node:http';
import { AwsError } from './aws-error.ts';
import type { Endpoint, Variant, World } from './world.ts';

export interface Invocation {
  readonly endpoint: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Bytes of a body (InvokeEndpoint's BodyBlob). */
const BODY_MAX = 6_291_456;
const FORWARDED = [
  'content-type',
  'accept',
  'x-amzn-sagemaker-custom-attributes',
  'x-amzn-sagemaker-inference-id',
  'x-amzn-sagemaker-session-id',
];
const PREFIX = 'x-amzn-sagemaker-';

const invalid = (message: string): AwsError => new AwsError('ValidationError', message);

export async function invoke(world: World, { endpoint: name, headers, body }: Invocation): Promise<Answer> {
  const endpoint = world.endpoints.get(name);
  if (
    !endpoint ||
    endpoint.status === 'Creating' ||
    endpoint.status === 'Failed' ||
    endpoint.status === 'Deleting'
  )
    throw invalid(`Endpoint ${name} of account ${world.account} not found.`);
  if (body.length > BODY_MAX)
    throw invalid(
      `1 validation error detected: Value at 'body' failed to satisfy constraint: Member must have length less than or equal to ${BODY_MAX}`,
    );
  const variant = chosen(endpoint, headers[`${PREFIX}target-variant`]);
  for (const shadow of endpoint.shadow) void ask(world, shadow, headers, body).catch(() => undefined);
  const answer = await ask(world, variant, headers, body);
  const said = Buffer.from(await answer.arrayBuffer());
  if (!answer.ok)
    throw new AwsError(
      'ModelError',
      `Received client error (${answer.status}) from ${variant.name} with message "${said.toString('utf8').slice(0, 1000)}".`,
      424,
      { OriginalStatusCode: answer.status, OriginalMessage: said.toString('utf8').slice(0, 1000) },
    );
  const custom = answer.headers.get('x-amzn-sagemaker-custom-attributes');
  return {
    status: 200,
    headers: {
      'content-type': answer.headers.get('content-type') ?? 'application/octet-stream',
      'x-amzn-invoked-production-variant': variant.name,
      ...(custom === null ? {} : { [`${PREFIX}custom-attributes`]: custom }),
    },
    body: said,
  };
}

/** The variant that lags most behind its share: shares are kept without randomness. */
function chosen(
  { production, served, name: endpoint }: Endpoint,
  target: string | string[] | undefined,
): Variant {
  if (target !== undefined) {
    const found = production.find(({ name }) => name === target);
    if (!found) throw invalid(`Variant ${target} was not found in endpoint ${endpoint}.`);
    return found;
  }
  const sum = production.reduce((total, { weight }) => total + weight, 0);
  const [best] = production
    .filter(({ weight }) => weight > 0)
    .toSorted(
      (a, b) =>
        ((served.get(a.name) ?? 0) + 1) / (a.weight / sum) -
        ((served.get(b.name) ?? 0) + 1) / (b.weight / sum),
    );
  if (!best) throw invalid(`All variants of endpoint ${endpoint} have weight 0.`);
  served.set(best.name, (served.get(best.name) ?? 0) + 1);
  return best;
}

async function ask(
  world: World,
  { container, model }: Variant,
  headers: IncomingHttpHeaders,
  body: Buffer,
): Promise<Response> {
  if (container === null)
    throw new AwsError('ServiceUnavailable', 'No container was started for this variant.', 503);
  const target = headers[`${PREFIX}target-model`];
  const isMultiModel = world.models.get(model)?.input.PrimaryContainer?.Mode === 'MultiModel';
  if (isMultiModel !== (target !== undefined))
    throw invalid(
      isMultiModel
        ? 'A multi-model endpoint needs TargetModel.'
        : 'TargetModel is for multi-model endpoints only.',
    );
  const path = isMultiModel ? await loaded(world, container.url, model, String(target)) : '/invocations';
  const passed = FORWARDED.flatMap((name) =>
    headers[name] === undefined ? [] : [[name, String(headers[name])] as [string, string]],
  );
  return fetch(`${container.url}${path}`, { method: 'POST', headers: passed, body });
}

/** Loads one model of several where it is not loaded, as the platform does before the first request for it. */
async function loaded(world: World, url: string, model: string, target: string): Promise<string> {
  const name = Buffer.from(target).toString('hex').slice(0, 64);
  const there = await fetch(`${url}/models/${name}`);
  await there.arrayBuffer();
  if (there.status === 404) {
    const prefix = world.models.get(model)?.input.PrimaryContainer?.ModelDataUrl ?? '';
    const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(prefix) ?? [];
    const archive = world.buckets.get(bucket)?.get(`${key}${target}`);
    if (!archive) throw invalid(`Failed to download model data for ${target}: it is not below ${prefix}.`);
    const folder = world.options.containers?.unpack(archive.body);
    const answer = await fetch(`${url}/models`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model_name: name, url: folder }),
    });
    const said = await answer.text();
    if (!answer.ok && answer.status !== 409)
      throw new AwsError('ModelError', `Failed to load ${target}: ${said}`, 424, {
        OriginalStatusCode: answer.status,
      });
  }
  return `/models/${name}/invoke`;
}

/** Takes a request whose body lies in S3; its answer will lie there too, as will what went wrong. */
export function invokeLater(world: World, { endpoint: name, headers }: Invocation): Answer {
  const endpoint = world.endpoints.get(name);
  const settings = world.configs.get(endpoint?.config ?? '')?.input.AsyncInferenceConfig;
  const [variant] = endpoint?.production ?? [];
  if (!endpoint || !settings || !variant) throw invalid(`Endpoint ${name} is no asynchronous endpoint.`);
  const [, bucket = '', key = ''] =
    /^s3:\/\/([^/]+)\/(.+)$/.exec(String(headers[`${PREFIX}inputlocation`])) ?? [];
  const input = world.buckets.get(bucket)?.get(key);
  if (!input) throw invalid('InputLocation names no object.');
  const id = String(headers[`${PREFIX}inference-id`] ?? `inference-${world.calls++}`);
  const place = (uri = ''): string => `${uri.replace(/\/?$/, '/')}${id}.out`;
  const { S3OutputPath, S3FailurePath = S3OutputPath } = settings.OutputConfig ?? {};
  const keep = (uri: string, text: string): void => {
    const [, to = '', path = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
    world.buckets.get(to)?.set(path, { body: Buffer.from(text), metadata: {}, etag: '""' });
  };
  ask(world, variant, headers, input.body).then(
    async (answer) => keep(place(answer.ok ? S3OutputPath : S3FailurePath), await answer.text()),
    (error: Error) => keep(place(S3FailurePath), error.message),
  );
  return {
    status: 202,
    headers: { 'content-type': 'application/json', [`${PREFIX}outputlocation`]: place(S3OutputPath) },
    body: Buffer.from(JSON.stringify({ InferenceId: id })),
  };
}
