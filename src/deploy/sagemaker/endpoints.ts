/** Endpoints: made and changed in minutes, rolled back by SageMaker itself where an alarm says so. */

import type {
  CreateEndpointCommandInput,
  DescribeEndpointCommandOutput,
  UpdateEndpointCommandInput,
} from '@aws-sdk/client-sagemaker';
import { required } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { ObservedResource, Resource } from '../plan/port.ts';
import type { SageMaker } from './clients.ts';
import { listTags, namesOwned } from './definitions.ts';
import { DEPLOYMENT_TAG, DIGEST_TAG, type ResourceDriver, tagOf, tagsOf } from './driver.ts';
import { found, isBusy, isResourceMissing } from './failures.ts';

/** Configuration that the digest of an endpoint is about: after a rollback, another one is in service. */
const CONFIG_TAG = 'plimsoll:config';
const PAGE = 100;

const STATES: Readonly<Record<string, ObservedResource['state']>> = {
  Creating: 'pending',
  Updating: 'pending',
  SystemUpdating: 'pending',
  RollingBack: 'pending',
  InService: 'ready',
  // Something may still answer there: it is changed, never taken away by itself.
  OutOfService: 'ready',
  UpdateRollbackFailed: 'ready',
  Failed: 'failed',
  Deleting: 'deleting',
};

export interface EndpointPorts {
  /** Variants that are scalable targets of the endpoint. */
  readonly scaled: (endpoint: string) => Promise<readonly string[]>;
  /** Ends the scaling of a variant. */
  readonly release: (endpoint: string, variant: string) => Promise<void>;
  /** How often what is being changed is asked for, and the wait between. */
  readonly patience: number;
  readonly pause: () => Promise<void>;
}

export function endpointDriver(open: SageMaker, ports: EndpointPorts): ResourceDriver {
  /** Endpoints that this process has begun to change, and to what. */
  const begun = new Map<string, string>();
  const describe = async (EndpointName: string) => {
    const { api, client } = await open();
    return client.send(new api.DescribeEndpointCommand({ EndpointName }));
  };
  return {
    observe: (name) =>
      found(async () => {
        const endpoint = await describe(name);
        return observed(endpoint, await listTags(open, required(endpoint.EndpointArn, 'EndpointArn')));
      }),
    owned: (deployment) =>
      namesOwned(open, deployment, async (NextToken) => {
        const { api, client } = await open();
        const page = { NameContains: deployment, MaxResults: PAGE, NextToken };
        const { Endpoints = [], NextToken: next } = await client.send(new api.ListEndpointsCommand(page));
        const items = Endpoints.map(({ EndpointName, EndpointArn }) => ({
          name: EndpointName,
          arn: EndpointArn,
        }));
        return { items, next };
      }),
    async create({ spec }, marks) {
      const { api, client } = await open();
      const Tags = tagsOf(marks, { [CONFIG_TAG]: String(spec['EndpointConfigName']) });
      await client.send(new api.CreateEndpointCommand({ ...spec, Tags } as CreateEndpointCommandInput));
    },
    async update(resource, marks) {
      const { api, client } = await open();
      const endpoint = await describe(resource.name);
      const config = String(resource.spec['EndpointConfigName']);
      if (begun.get(resource.name) === config && endpoint.EndpointConfigName !== config)
        throw rolledBack(resource, endpoint);
      // Before the change: a change of which no mark tells would be made again.
      const Tags = tagsOf(marks, { [CONFIG_TAG]: config });
      await client.send(
        new api.AddTagsCommand({ ResourceArn: required(endpoint.EndpointArn, 'EndpointArn'), Tags }),
      );
      if (endpoint.EndpointConfigName === config) return;
      const scaled = await releaseWhatGoes(open, ports, endpoint, resource);
      try {
        await client.send(new api.UpdateEndpointCommand(requestOf(resource, scaled)));
      } catch (error) {
        // Somebody was faster, or this is the second of two requests, the answer to the first of which was lost.
        if (!isBusy(error)) throw error;
        const { PendingDeploymentSummary: pending } = await describe(resource.name);
        if (pending?.EndpointConfigName !== config) return;
      }
      begun.set(resource.name, config);
    },
    async remove(EndpointName) {
      const { api, client } = await open();
      // While it is being made or changed it cannot be removed: it has to settle first.
      for (let tries = 1; ; tries += 1) {
        try {
          await client.send(new api.DeleteEndpointCommand({ EndpointName }));
          return;
        } catch (error) {
          if (!isBusy(error) || tries === ports.patience) throw error;
          await ports.pause();
        }
      }
    },
  };
}

function observed(
  { EndpointStatus, EndpointConfigName, FailureReason }: DescribeEndpointCommandOutput,
  tags: Awaited<ReturnType<typeof listTags>>,
): ObservedResource {
  const state = STATES[EndpointStatus ?? ''] ?? 'pending';
  const isAsSaid = state !== 'ready' || tagOf(tags, CONFIG_TAG) === EndpointConfigName;
  return {
    state,
    reason: FailureReason ?? null,
    owner: tagOf(tags, DEPLOYMENT_TAG),
    digest: isAsSaid ? tagOf(tags, DIGEST_TAG) : null,
  };
}

const rolledBack = (
  { kind, name, spec }: Resource,
  { EndpointConfigName, FailureReason }: DescribeEndpointCommandOutput,
): PlimsollError =>
  new PlimsollError('CLOUD_FAILED', {
    kind,
    name,
    reason: `SageMaker went back from ${String(spec['EndpointConfigName'])} to ${EndpointConfigName}: ${FailureReason ?? 'it gives no reason'}`,
  });

/**
 * SageMaker refuses to remove a variant that is scaled, or to give it another instance type. Answers whether any is scaled
 * still. Throws CLOUD_REFUSED where a guarded change would rename variants, which SageMaker cannot guard.
 */
async function releaseWhatGoes(
  open: SageMaker,
  { scaled, release }: EndpointPorts,
  endpoint: DescribeEndpointCommandOutput,
  { name, spec }: Resource,
): Promise<boolean> {
  const [before, next] = await Promise.all([
    variantsOf(open, required(endpoint.EndpointConfigName, 'EndpointConfigName')),
    variantsOf(open, String(spec['EndpointConfigName'])),
  ]);
  const isSame = before.size === next.size && [...before.keys()].every((variant) => next.has(variant));
  if (isGuarded(spec) && !isSame)
    throw new PlimsollError('CLOUD_REFUSED', {
      action: `change the endpoint ${name} step by step`,
      reason: `its variants are ${[...before.keys()].join(', ')} and would be ${[...next.keys()].join(', ')}; guarded changes need the same names: set versions[].variant, or update.strategy all-at-once`,
    });
  let left = false;
  for (const variant of await scaled(name)) {
    if (before.get(variant) === next.get(variant) && next.has(variant)) left = true;
    else await release(name, variant);
  }
  return left;
}

/** Whether traffic is to move in steps. */
function isGuarded(spec: Resource['spec']): boolean {
  const config = spec['DeploymentConfig'] as UpdateEndpointCommandInput['DeploymentConfig'];
  const type = config?.BlueGreenUpdatePolicy?.TrafficRoutingConfiguration?.Type ?? 'ALL_AT_ONCE';
  return config?.RollingUpdatePolicy !== undefined || type !== 'ALL_AT_ONCE';
}

/** Instance type by variant; null where it is serverless. Empty where the configuration is gone. */
async function variantsOf(open: SageMaker, EndpointConfigName: string): Promise<Map<string, string | null>> {
  const { api, client } = await open();
  try {
    const request = new api.DescribeEndpointConfigCommand({ EndpointConfigName });
    const { ProductionVariants = [] } = await client.send(request);
    return new Map(
      ProductionVariants.map(({ VariantName, InstanceType }) => [
        required(VariantName, 'VariantName'),
        InstanceType ?? null,
      ]),
    );
  } catch (error) {
    if (isResourceMissing(error)) return new Map();
    throw error;
  }
}

/** Where instances are scaled, their number is what it is; weights are those of the new configuration. */
function requestOf({ spec }: Resource, isScaled: boolean): UpdateEndpointCommandInput {
  const kept: Partial<UpdateEndpointCommandInput> = {
    RetainAllVariantProperties: true,
    ExcludeRetainedVariantProperties: [
      { VariantPropertyType: 'DesiredWeight' },
      { VariantPropertyType: 'DataCaptureConfig' },
    ],
  };
  return { ...(spec as unknown as UpdateEndpointCommandInput), ...(isScaled ? kept : {}) };
}
