/** Scalable targets, their policies, and the alarms by which SageMaker rolls a change back. */

import type {
  PutScalingPolicyCommandInput,
  RegisterScalableTargetCommandInput,
  ScalingPolicy,
} from '@aws-sdk/client-application-auto-scaling';
import type { MetricAlarm, PutMetricAlarmCommandInput } from '@aws-sdk/client-cloudwatch';
import { required } from '../../core/element-at.ts';
import { specDigest } from '../plan/key.ts';
import type { openAlarms, openScaling } from './clients.ts';
import { DEPLOYMENT_TAG, DIGEST_TAG, type ResourceDriver, readyBy, tagsOf } from './driver.ts';
import { found } from './failures.ts';

type Scaling = ReturnType<typeof openScaling>;
type Alarms = ReturnType<typeof openAlarms>;

const NAMESPACE = 'sagemaker';
const DIMENSION = 'sagemaker:variant:DesiredInstanceCount';

/** Targets by resource id, in pages; all of the namespace where none is named. */
async function targetsOf(open: Scaling, ResourceIds?: string[]) {
  const { api, client } = await open();
  const targets = [];
  let NextToken: string | undefined;
  do {
    const request = { ServiceNamespace: NAMESPACE, ResourceIds, NextToken } as const;
    const page = await client.send(new api.DescribeScalableTargetsCommand(request));
    targets.push(...(page.ScalableTargets ?? []));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return targets;
}

async function targetAndTags(open: Scaling, id: string) {
  const { api, client } = await open();
  const [target] = await targetsOf(open, [id]);
  if (target === undefined) return null;
  const request = new api.ListTagsForResourceCommand({
    ResourceARN: required(target.ScalableTargetARN, 'ScalableTargetARN'),
  });
  const answer = await found(() => client.send(request));
  return answer && { target, tags: answer.Tags ?? {} };
}

/** What is there is compared as it is, whoever wrote it last. */
const digestOf = (spec: object): string => specDigest({ spec: JSON.parse(JSON.stringify(spec)) });

const idOf = (name: string) =>
  ({ ServiceNamespace: NAMESPACE, ResourceId: name, ScalableDimension: DIMENSION }) as const;

export function targetDriver(open: Scaling): ResourceDriver {
  return {
    async observe(name) {
      const seen = await targetAndTags(open, name);
      if (seen === null) return null;
      const { MinCapacity, MaxCapacity } = seen.target;
      const digest = digestOf({ ...idOf(name), MinCapacity, MaxCapacity });
      return { state: 'ready', reason: null, owner: seen.tags[DEPLOYMENT_TAG] ?? null, digest };
    },
    async owned(deployment) {
      const names = (await targetsOf(open))
        .map(({ ResourceId }) => required(ResourceId, 'ResourceId'))
        .filter((id) => id.startsWith(`endpoint/${deployment}/`));
      const seen = await Promise.all(names.map((name) => targetAndTags(open, name)));
      return names.filter((_, i) => seen[i]?.tags[DEPLOYMENT_TAG] === deployment);
    },
    async create({ name, spec }, { deployment, digest }) {
      const { api, client } = await open();
      const Tags = { [DEPLOYMENT_TAG]: deployment, [DIGEST_TAG]: digest };
      const request = { ...spec, Tags } as unknown as RegisterScalableTargetCommandInput;
      try {
        await client.send(new api.RegisterScalableTargetCommand(request));
      } catch (error) {
        // Tags are refused where it is there already: by a request whose answer was lost, or by somebody who was faster.
        const seen = await targetAndTags(open, name);
        if (seen?.tags[DEPLOYMENT_TAG] !== deployment) throw error;
      }
    },
    async update({ spec }) {
      const { api, client } = await open();
      const request = spec as unknown as RegisterScalableTargetCommandInput;
      await client.send(new api.RegisterScalableTargetCommand(request));
    },
    async remove(name) {
      const { api, client } = await open();
      await client.send(new api.DeregisterScalableTargetCommand(idOf(name)));
    },
  };
}

/** `RESOURCE|POLICY` taken apart. */
const partsOf = (name: string): readonly [string, string] => {
  const bar = name.indexOf('|');
  return [name.slice(0, bar), name.slice(bar + 1)];
};

/** The request that would make a policy as it is. */
function requestOf({
  PolicyName,
  ResourceId,
  PolicyType,
  TargetTrackingScalingPolicyConfiguration,
}: ScalingPolicy) {
  const { TargetValue, PredefinedMetricSpecification, CustomizedMetricSpecification, ...rest } =
    TargetTrackingScalingPolicyConfiguration ?? { TargetValue: undefined };
  const { ScaleOutCooldown, ScaleInCooldown, DisableScaleIn } = rest;
  const metric = { PredefinedMetricSpecification, CustomizedMetricSpecification };
  return {
    PolicyName,
    ...idOf(required(ResourceId, 'ResourceId')),
    PolicyType,
    TargetTrackingScalingPolicyConfiguration: {
      TargetValue,
      ...metric,
      ScaleOutCooldown,
      ScaleInCooldown,
      DisableScaleIn: DisableScaleIn ?? false,
    },
  };
}

/** Policies carry no tags: they are their target's. */
export function policyDriver(open: Scaling, targets: ResourceDriver): ResourceDriver {
  const policiesOf = async (ResourceId: string, names?: string[]) => {
    const { api, client } = await open();
    const policies: ScalingPolicy[] = [];
    let NextToken: string | undefined;
    do {
      const request = { ...idOf(ResourceId), PolicyNames: names, NextToken };
      const page = await client.send(new api.DescribeScalingPoliciesCommand(request));
      policies.push(...(page.ScalingPolicies ?? []));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    return policies;
  };
  const put = async (spec: object): Promise<void> => {
    const { api, client } = await open();
    await client.send(new api.PutScalingPolicyCommand(spec as PutScalingPolicyCommandInput));
  };
  return {
    async observe(name) {
      const [id, policy] = partsOf(name);
      const [seen] = await policiesOf(id, [policy]);
      if (seen === undefined) return null;
      const target = await targets.observe(id);
      // It goes with its target.
      if (target === null) return null;
      return { ...target, digest: digestOf(requestOf(seen)) };
    },
    async owned(deployment) {
      const ids = await targets.owned(deployment);
      const policies = await Promise.all(ids.map((id) => policiesOf(id)));
      return policies.flat().map(({ ResourceId, PolicyName }) => `${ResourceId}|${PolicyName}`);
    },
    create: ({ spec }) => put(spec),
    update: ({ spec }) => put(spec),
    async remove(name) {
      const { api, client } = await open();
      const [id, PolicyName] = partsOf(name);
      await client.send(new api.DeleteScalingPolicyCommand({ ...idOf(id), PolicyName }));
    },
  };
}

export function alarmDriver(open: Alarms): ResourceDriver {
  const describe = async (request: { AlarmNames?: string[]; AlarmNamePrefix?: string }) => {
    const { api, client } = await open();
    const alarms: MetricAlarm[] = [];
    let NextToken: string | undefined;
    do {
      const page = await client.send(new api.DescribeAlarmsCommand({ ...request, NextToken }));
      alarms.push(...(page.MetricAlarms ?? []));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    return alarms;
  };
  const put = async (request: object): Promise<void> => {
    const { api, client } = await open();
    await client.send(new api.PutMetricAlarmCommand(request as PutMetricAlarmCommandInput));
  };
  const observe: ResourceDriver['observe'] = async (name) => {
    const { api, client } = await open();
    const [alarm] = await describe({ AlarmNames: [name] });
    if (alarm === undefined) return null;
    const request = new api.ListTagsForResourceCommand({ ResourceARN: required(alarm.AlarmArn, 'AlarmArn') });
    const answer = await found(() => client.send(request));
    return answer && readyBy(answer.Tags);
  };
  return {
    observe,
    async owned(deployment) {
      const alarms = await describe({ AlarmNamePrefix: `${deployment}-` });
      const names = alarms.map(({ AlarmName }) => required(AlarmName, 'AlarmName'));
      const seen = await Promise.all(names.map(observe));
      return names.filter((_, i) => seen[i]?.owner === deployment);
    },
    create: ({ spec }, marks) => put({ ...spec, Tags: tagsOf(marks) }),
    async update({ name, spec }, marks) {
      await put(spec);
      const { api, client } = await open();
      const [alarm] = await describe({ AlarmNames: [name] });
      const request = { ResourceARN: alarm?.AlarmArn ?? '', Tags: tagsOf(marks) };
      await client.send(new api.TagResourceCommand(request));
    },
    async remove(name) {
      const { api, client } = await open();
      await client.send(new api.DeleteAlarmsCommand({ AlarmNames: [name] }));
    },
  };
}
