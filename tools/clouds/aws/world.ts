/** What an account of Amazon's holds here, and the time that its things take. */

import type {
  PutScalingPolicyRequest,
  RegisterScalableTargetRequest,
} from '@aws-sdk/client-application-auto-scaling';
import type { PutMetricAlarmInput, StateValue } from '@aws-sdk/client-cloudwatch';
import type {
  CreateEndpointConfigInput,
  CreateModelInput,
  CreateTransformJobRequest,
  DeploymentConfig,
  EndpointStatus,
  TransformJobStatus,
} from '@aws-sdk/client-sagemaker';
import type { CloudClock } from '../clock.ts';
import { AwsError } from './aws-error.ts';
import type { Container, ContainerHost } from './container.ts';

export interface WorldOptions {
  /** Milliseconds in which something is made, changed or removed. */
  readonly takesMillis: number;
  readonly clock: CloudClock;
  /** Starts what a model names; null where no request is answered. */
  readonly containers: ContainerHost | null;
  /** Instances of a type that endpoints may have in all; 20 where nothing is said. */
  readonly quotas: ReadonlyMap<string, number>;
}

interface Made {
  readonly arn: string;
  readonly created: Date;
}
export interface Model extends Made {
  readonly input: CreateModelInput;
}
export interface Config extends Made {
  readonly input: CreateEndpointConfigInput;
}
export interface Job extends Made {
  readonly input: CreateTransformJobRequest;
  status: TransformJobStatus;
  reason: string | null;
}
export interface Alarm extends Made {
  readonly input: PutMetricAlarmInput;
  state: StateValue;
}
export interface Target extends Made {
  readonly input: RegisterScalableTargetRequest;
}
export interface Policy extends Made {
  readonly input: PutScalingPolicyRequest;
}

/** One production or shadow variant as it runs. */
export interface Variant {
  readonly name: string;
  readonly model: string;
  readonly instanceType: string | null;
  weight: number;
  count: number;
  /** Where requests go; null where nothing was started. */
  container: Container | null;
}

export interface Endpoint extends Made {
  readonly name: string;
  modified: Date;
  status: EndpointStatus;
  reason: string | null;
  config: string;
  /** Configuration that it is changing to. */
  pending: string | null;
  lastDeployment: DeploymentConfig | null;
  production: readonly Variant[];
  shadow: readonly Variant[];
  /** Requests answered by each variant, for shares without randomness. */
  readonly served: Map<string, number>;
}

export interface Stored {
  readonly body: Buffer;
  readonly metadata: Readonly<Record<string, string>>;
  readonly etag: string;
}

const QUOTA = 20;
/** All that a world holds. */
const KEPT = [
  'models',
  'configs',
  'endpoints',
  'jobs',
  'alarms',
  'targets',
  'policies',
  'tags',
  'buckets',
] as const;

export class World {
  readonly account = '123456789012';
  readonly region = 'eu-central-1';
  readonly options: WorldOptions;
  readonly models = new Map<string, Model>();
  readonly configs = new Map<string, Config>();
  readonly endpoints = new Map<string, Endpoint>();
  readonly jobs = new Map<string, Job>();
  readonly alarms = new Map<string, Alarm>();
  /** By resource id and dimension. */
  readonly targets = new Map<string, Target>();
  /** By resource id and name. */
  readonly policies = new Map<string, Policy>();
  /** Tags by ARN. */
  readonly tags = new Map<string, Map<string, string>>();
  readonly buckets = new Map<string, Map<string, Stored>>();
  /** Requests that were taken to be answered later. */
  calls = 0;

  constructor(options: WorldOptions) {
    this.options = options;
  }

  arn(kind: string, name: string): string {
    return `arn:aws:sagemaker:${this.region}:${this.account}:${kind}/${name.toLowerCase()}`;
  }

  /** Runs `done` once what was begun has taken its time. */
  later(done: () => unknown): void {
    this.options.clock.after(this.options.takesMillis, done);
  }

  /** Everything that is there now, to begin from again. What is on its way names what it is about, and keeps nothing of it. */
  keep(): () => void {
    const back = this.options.clock.keep();
    const kept = KEPT.map((name) => [name, structuredClone(this[name])] as const);
    return () => {
      back();
      for (const [name, map] of kept) {
        const own = this[name] as Map<string, unknown>;
        own.clear();
        for (const [key, value] of structuredClone(map) as Map<string, unknown>) own.set(key, value);
      }
    };
  }

  /** Refuses what would need more instances than the account may have (ResourceLimitExceeded). */
  demand(instanceType: string, more: number): void {
    const limit = this.options.quotas.get(instanceType) ?? QUOTA;
    const used = [...this.endpoints.values()]
      .flatMap(({ production, shadow }) => [...production, ...shadow])
      .filter((variant) => variant.instanceType === instanceType)
      .reduce((sum, { count }) => sum + count, 0);
    if (used + more > limit)
      throw new AwsError(
        'ResourceLimitExceeded',
        `The account-level service limit '${instanceType} for endpoint usage' is ${limit} Instances, with current utilization of ${used} Instances and a request delta of ${more} Instances. Please use AWS Service Quotas to request an increase for this quota.`,
      );
  }

  tag(arn: string, tags: Iterable<readonly [string, string]>): void {
    const known = this.tags.get(arn) ?? new Map<string, string>();
    for (const [key, value] of tags) known.set(key, value);
    this.tags.set(arn, known);
  }

  /** Everything that is there, by name, as text: what tests compare. */
  inventory(): readonly string[] {
    const objects = [...this.buckets].flatMap(([bucket, keys]) =>
      [...keys.keys()].map((key) => `S3 ${bucket}/${key}`),
    );
    return [
      ...objects,
      ...[...this.models.keys()].map((name) => `Model ${name}`),
      ...[...this.alarms.keys()].map((name) => `Alarm ${name}`),
      ...[...this.configs.keys()].map((name) => `EndpointConfig ${name}`),
      ...[...this.endpoints.values()].map(
        ({ name, status, config, production }) =>
          `Endpoint ${name} ${status} ${config} ${production.map(({ name: variant, weight, count }) => `${variant}:${weight}×${count}`).join(' ')}`,
      ),
      ...[...this.targets.keys()].map((id) => `ScalableTarget ${id}`),
      ...[...this.policies.keys()].map((id) => `ScalingPolicy ${id}`),
      ...[...this.jobs].map(([name, { status }]) => `TransformJob ${name} ${status}`),
    ].toSorted();
  }

  async close(): Promise<void> {
    this.options.clock.clear();
    const variants = [...this.endpoints.values()].flatMap(({ production, shadow }) => [
      ...production,
      ...shadow,
    ]);
    await Promise.all(variants.map(({ container }) => container?.stop()));
  }
}
