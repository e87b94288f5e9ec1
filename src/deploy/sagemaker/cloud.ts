/** Amazon as the state of a deployment (`src/deploy/plan`): each kind by its driver, each failure coded. */
import { setTimeout as timer } from 'node:timers/promises';
import { PlimsollError } from '../../core/errors.ts';
import type { CloudProvider, ObservedResource, ResourceKey } from '../plan/port.ts';
import { openAlarms, openSageMaker, openScaling } from './clients.ts';
import { configDriver, modelDriver, transformDriver } from './definitions.ts';
import type { ResourceDriver } from './driver.ts';
import { endpointDriver } from './endpoints.ts';
import { found, isResourceThere, withCloudErrors } from './failures.ts';
import { type ObjectOptions, objectDriver } from './objects.ts';
import { alarmDriver, policyDriver, targetDriver } from './scaling.ts';

export interface CloudOptions extends ObjectOptions {
  /** Milliseconds between two looks at what has to settle before it can be removed. @default {5000} */
  readonly pauseMillis?: number | undefined;
  readonly sleep?: ((millis: number) => Promise<void>) | undefined;
}

const PAUSE_MILLIS = 5000;
/** An hour, as long as everything else may take. */
const PATIENCE = 720;
/** Looks until what is said to be there is seen. */
const LOOKS = 4;

/** Throws as `Cloud` says. */
export function sageMakerCloud(options: CloudOptions): CloudProvider {
  const { sleep = timer, pauseMillis = PAUSE_MILLIS } = options;
  const pause = () => sleep(pauseMillis);
  const drivers = driversOf(options, pause);
  const driver = ({ kind }: ResourceKey): ResourceDriver => {
    const known = drivers[kind];
    if (known === undefined) throw new Error(`there is no driver for ${kind}`);
    return known;
  };
  const observe = (key: ResourceKey) =>
    withCloudErrors(`look at ${shown(key)}`, () => driver(key).observe(key.name));
  return {
    observe,
    async owned(deployment) {
      const keys: ResourceKey[] = [];
      for (const [kind, { owned }] of Object.entries(drivers)) {
        const names = await withCloudErrors(`list what ${deployment} has of ${kind}`, () =>
          owned(deployment),
        );
        keys.push(...names.map((name) => ({ kind, name })));
      }
      return keys;
    },
    create: (resource, marks) =>
      withCloudErrors(`make ${shown(resource)}`, async () => {
        try {
          await driver(resource).create(resource, marks);
        } catch (error) {
          // A request whose answer was lost is sent again: what is there may be its doing.
          if (!isResourceThere(error)) throw error;
          const seen = await seenSoon(() => observe(resource), pause);
          if (seen?.owner !== marks.deployment) throw taken(resource, seen);
        }
      }),
    update: (resource, marks) =>
      withCloudErrors(`change ${shown(resource)}`, () => driver(resource).update(resource, marks)),
    remove: (key) =>
      withCloudErrors(`remove ${shown(key)}`, async () => {
        await found(() => driver(key).remove(key.name));
      }),
  };
}

const shown = ({ kind, name }: ResourceKey): string => `the ${kind} ${name}`;

/** What is there already may take a moment to be seen. null where it is not: its name is another, to capitals. */
async function seenSoon(
  observe: () => Promise<ObservedResource | null>,
  pause: () => Promise<void>,
): Promise<ObservedResource | null> {
  for (let left = LOOKS; left > 1; left -= 1) {
    const seen = await observe();
    if (seen !== null) return seen;
    await pause();
  }
  return observe();
}

function taken({ kind, name }: ResourceKey, seen: ObservedResource | null): PlimsollError {
  const owner = seen?.owner ?? null;
  const by =
    seen === null
      ? 'another whose name differs in capitals alone'
      : owner === null
        ? 'nobody that Plimsoll knows'
        : `the deployment ${owner}`;
  return new PlimsollError('CLOUD_NAME_TAKEN', { kind, name, by });
}

function driversOf(
  options: CloudOptions,
  pause: () => Promise<void>,
): Readonly<Record<string, ResourceDriver>> {
  const sageMaker = openSageMaker(options);
  const scaling = openScaling(options);
  const targets = targetDriver(scaling);
  const idOf = (endpoint: string, variant: string): string => `endpoint/${endpoint}/variant/${variant}`;
  const endpoints = endpointDriver(sageMaker, {
    scaled: async (endpoint) =>
      (await targets.owned(endpoint)).map((id) => id.slice(idOf(endpoint, '').length)),
    release: async (endpoint, variant) => {
      await found(() => targets.remove(idOf(endpoint, variant)));
    },
    patience: PATIENCE,
    pause,
  });
  return {
    S3Object: objectDriver(options),
    Model: modelDriver(sageMaker),
    TransformJob: transformDriver(sageMaker),
    EndpointConfig: configDriver(sageMaker),
    Alarm: alarmDriver(openAlarms(options)),
    Endpoint: endpoints,
    ScalableTarget: targets,
    ScalingPolicy: policyDriver(scaling, targets),
  };
}
