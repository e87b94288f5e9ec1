/** The weights of a SageMaker endpoint's variants as a router that follows a rollout. */
import type { ProductionVariantSummary } from '@aws-sdk/client-sagemaker';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import type { RouterState, TrafficRouter, VersionWeights } from '../routers/port.ts';
import type { AwsOptions } from './clients.ts';
import { openSageMaker, type SageMaker } from './clients.ts';
import { listTags } from './definitions.ts';
import { DEPLOYMENT_TAG, tagOf } from './driver.ts';
import { cloudError, isBusy } from './failures.ts';
import { versionIn } from './names.ts';

/** What was last written here, and what was there before: what is neither was written by somebody else. */
const WRITTEN_TAG = 'plimsoll:weights';
const BEFORE_TAG = 'plimsoll:weights-before';
const OTHERS = 'another client of UpdateEndpointWeightsAndCapacities';
/** Weights are floats of 32 bits there. */
const CLOSE = 1e-4;

export interface RouterOptions extends AwsOptions {
  readonly endpoint: string;
  readonly sleep: (millis: number) => Promise<void>;
  /** Milliseconds between two looks at an endpoint that is being changed. @default {2000} */
  readonly pauseMillis?: number | undefined;
}

const PAUSE_MILLIS = 2000;
/** An update of weights takes about a minute; one of a fleet, up to an hour. */
const PATIENCE = 1800;

interface Seen {
  readonly arn: string;
  readonly status: string;
  readonly revision: string | null;
  /** Version of each variant. */
  readonly versions: ReadonlyMap<string, number>;
  readonly weights: VersionWeights;
  readonly written: string | null;
  readonly before: string | null;
  readonly now: string;
}

/** Throws as `Router` says. */
export function sageMakerRouter(options: RouterOptions): TrafficRouter {
  const open = openSageMaker(options);
  const { endpoint, sleep, pauseMillis = PAUSE_MILLIS } = options;
  const id = `sagemaker:${endpoint}`;
  const look = () => asking(id, () => see(open, endpoint, id));
  const settled = async (): Promise<Seen> => {
    for (let tries = 1; tries < PATIENCE; tries += 1) {
      const seen = await look();
      if (seen.status === 'InService') return seen;
      if (seen.status === 'Failed' || seen.status === 'Deleting') throw refused(id, `it is ${seen.status}`);
      await sleep(pauseMillis);
    }
    throw new PlimsollError('ROUTER_UNREACHABLE', { router: id, reason: 'it is being changed for too long' });
  };
  return {
    id,
    read: async () => stateOf(await look()),
    async write(weights) {
      const wanted = checked(weights, id);
      for (;;) {
        const seen = await settled();
        if (isSame(seen.weights, wanted)) return;
        const { writers } = stateOf(seen);
        if (writers.length > 0) throw conflict(id);
        if (await asking(id, () => writeTo(open, endpoint, seen, wanted, id))) break;
        await sleep(pauseMillis);
      }
      if (!isSame((await settled()).weights, wanted)) throw conflict(id);
    },
  };
}

function stateOf({ weights, written, before, now, revision }: Seen): RouterState {
  const isOurs = written === null || now === written || now === before;
  return { weights, writers: isOurs ? [] : [OTHERS], revision };
}

async function see(open: SageMaker, EndpointName: string, router: string): Promise<Seen> {
  const { api, client } = await open();
  const endpoint = await client.send(new api.DescribeEndpointCommand({ EndpointName }));
  const { EndpointArn = '', EndpointConfigName = '', EndpointStatus = '', LastModifiedTime } = endpoint;
  const config = await client.send(new api.DescribeEndpointConfigCommand({ EndpointConfigName }));
  const tags = await listTags(open, EndpointArn);
  const deployment = tagOf(tags, DEPLOYMENT_TAG);
  if (deployment === null) throw refused(router, 'Plimsoll has not made it');
  const versions = new Map<string, number>();
  for (const { VariantName = '', ModelName = '' } of config.ProductionVariants ?? []) {
    const version = versionIn(deployment, ModelName);
    if (version === null)
      throw refused(router, `its variant ${VariantName} has the model ${ModelName}, which is none of ours`);
    versions.set(VariantName, version);
  }
  const variants = endpoint.ProductionVariants ?? [];
  return {
    arn: EndpointArn,
    status: EndpointStatus,
    revision: LastModifiedTime?.toISOString() ?? null,
    versions,
    weights: sharesOf(variants, versions),
    written: tagOf(tags, WRITTEN_TAG),
    before: tagOf(tags, BEFORE_TAG),
    now: textOf(EndpointConfigName, variants),
  };
}

function sharesOf(
  variants: readonly ProductionVariantSummary[],
  versions: ReadonlyMap<string, number>,
): VersionWeights {
  const sum = variants.reduce((total, { DesiredWeight = 0 }) => total + DesiredWeight, 0);
  const shares = new Map<number, number>();
  for (const { VariantName = '', DesiredWeight = 0 } of variants) {
    const version = versions.get(VariantName);
    if (version !== undefined)
      shares.set(version, (shares.get(version) ?? 0) + (100 * DesiredWeight) / (sum || 1));
  }
  return shares;
}

/** Weights as a tag holds them; those of another configuration are others. */
const textOf = (config: string, variants: readonly ProductionVariantSummary[]): string =>
  [
    config,
    ...variants.map(({ VariantName, DesiredWeight = 0 }) => `${VariantName}=${round(DesiredWeight)}`).sort(),
  ].join(':');

const round = (weight: number): number => Math.round(weight * 1e4) / 1e4;

/** Answers whether it was taken: an endpoint that is being changed takes nothing. */
async function writeTo(
  open: SageMaker,
  EndpointName: string,
  { arn, versions, now }: Seen,
  wanted: VersionWeights,
  router: string,
): Promise<boolean> {
  for (const [version, weight] of wanted)
    if (weight > 0 && ![...versions.values()].includes(version))
      throw refused(router, `version ${version} is not deployed there`);
  const { api, client } = await open();
  const variants = [...versions].map(([VariantName, version]) => ({
    VariantName,
    DesiredWeight: wanted.get(version) ?? 0,
  }));
  const [config = ''] = now.split(':');
  // Before the change: after a crash, what is there is known as ours either way.
  const Tags = [
    { Key: WRITTEN_TAG, Value: textOf(config, variants) },
    { Key: BEFORE_TAG, Value: now },
  ];
  await client.send(new api.AddTagsCommand({ ResourceArn: arn, Tags }));
  try {
    const request = { EndpointName, DesiredWeightsAndCapacities: variants };
    await client.send(new api.UpdateEndpointWeightsAndCapacitiesCommand(request));
    return true;
  } catch (error) {
    if (isBusy(error)) return false;
    throw error;
  }
}

function checked(weights: VersionWeights, router: string): VersionWeights {
  const sum = [...weights.values()].reduce((total, weight) => total + weight, 0);
  if (Math.abs(sum - 100) > CLOSE) throw refused(router, `the weights add up to ${sum}, wanted 100`);
  return weights;
}

function isSame(a: VersionWeights, b: VersionWeights): boolean {
  const versions = new Set([...a.keys(), ...b.keys()]);
  return [...versions].every(
    (version) => Math.abs((a.get(version) ?? 0) - (b.get(version) ?? 0)) < CLOSE * 100,
  );
}

const refused = (router: string, reason: string): PlimsollError =>
  new PlimsollError('ROUTER_REFUSED', { router, reason });
const conflict = (router: string): PlimsollError =>
  new PlimsollError('ROUTER_CONFLICT', { router, writers: OTHERS });

/** In the codes of routers. */
async function asking<T>(router: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isPlimsollError(error) && error.code.startsWith('ROUTER_')) throw error;
    const coded = cloudError('ask it', error);
    const isFinal =
      isPlimsollError(coded) && (coded.code === 'CLOUD_REFUSED' || coded.code === 'CLOUD_DENIED');
    throw new PlimsollError(
      isFinal ? 'ROUTER_REFUSED' : 'ROUTER_UNREACHABLE',
      { router, reason: coded.message },
      { cause: error },
    );
  }
}
