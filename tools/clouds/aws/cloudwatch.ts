/** CloudWatch's alarms, in its JSON form (API of 2010-08-01); their state is set by hand. */
import type * as api from '@aws-sdk/client-cloudwatch';
import { AwsError } from './aws-error.ts';
import type { World } from './world.ts';

export const CLOUDWATCH: Readonly<Record<string, (world: World, input: never) => object>> = {
  PutMetricAlarm: putAlarm,
  DescribeAlarms: describeAlarms,
  DeleteAlarms: deleteAlarms,
  SetAlarmState: setState,
  TagResource: tagResource,
  ListTagsForResource: listTags,
};

const invalid = (message: string): AwsError => new AwsError('ValidationError', message);
const notFound = (arn: string | undefined): AwsError =>
  new AwsError('ResourceNotFoundException', `Unknown resource ${arn}`, 404);

function putAlarm(world: World, input: api.PutMetricAlarmInput): object {
  const name = input.AlarmName!;
  if (!input.MetricName && !input.Metrics?.length) throw invalid('An alarm needs a metric.');
  if (input.MetricName && !(input.Namespace && input.Period && (input.Statistic || input.ExtendedStatistic)))
    throw invalid('An alarm on a metric needs Namespace, Period and Statistic.');
  if (input.Period !== undefined && input.Period % 60 !== 0 && ![10, 20, 30].includes(input.Period))
    throw invalid('Period must be 10, 20, 30 or a multiple of 60.');
  const before = world.alarms.get(name);
  const arn = `arn:aws:cloudwatch:${world.region}:${world.account}:alarm:${name}`;
  const { Tags, ...rest } = input;
  const state = before?.state ?? 'INSUFFICIENT_DATA';
  world.alarms.set(name, { arn, created: before?.created ?? new Date(), input: rest, state });
  // Tags of an alarm that is there stay as they are: the reference says so.
  if (!before)
    world.tag(
      arn,
      (Tags ?? []).map(({ Key, Value }) => [Key!, Value!] as const),
    );
  return {};
}

function describeAlarms(
  world: World,
  { AlarmNames, AlarmNamePrefix, MaxRecords = 50, NextToken }: api.DescribeAlarmsInput,
): object {
  const all = [...world.alarms]
    .filter(([name]) => !AlarmNames || AlarmNames.includes(name))
    .filter(([name]) => name.startsWith(AlarmNamePrefix ?? ''))
    .map(([, { input, arn, state }]) => ({ ...input, AlarmArn: arn, StateValue: state }));
  const [start, end] = [Number(NextToken ?? 0), Number(NextToken ?? 0) + MaxRecords];
  return { MetricAlarms: all.slice(start, end), ...(end < all.length ? { NextToken: String(end) } : {}) };
}

function deleteAlarms(world: World, { AlarmNames = [] }: api.DeleteAlarmsInput): object {
  for (const name of AlarmNames) {
    const found = world.alarms.get(name);
    if (found) world.tags.delete(found.arn);
    world.alarms.delete(name);
  }
  return {};
}

function setState(world: World, { AlarmName, StateValue }: api.SetAlarmStateInput): object {
  const found = world.alarms.get(AlarmName!);
  if (!found) throw new AwsError('ResourceNotFound', `Unknown alarm ${AlarmName}`, 404);
  found.state = StateValue!;
  return {};
}

function tagResource(world: World, { ResourceARN, Tags = [] }: api.TagResourceInput): object {
  if (!world.tags.has(ResourceARN!)) throw notFound(ResourceARN);
  world.tag(
    ResourceARN!,
    Tags.map(({ Key, Value }) => [Key!, Value!] as const),
  );
  return {};
}

function listTags(world: World, { ResourceARN }: api.ListTagsForResourceInput): object {
  const tags = world.tags.get(ResourceARN!);
  if (!tags) throw notFound(ResourceARN);
  return { Tags: [...tags].map(([Key, Value]) => ({ Key, Value })) };
}
