/** A call, however it came: checked, interrupted where a test says so, answered. */
import { checked } from './check.ts';
import type { ApiMethod } from './descriptors.ts';
import { ENDPOINTS } from './endpoints.ts';
import { JOBS } from './jobs.ts';
import { camelKeys, type Json } from './json.ts';
import { MODELS } from './models.ts';
import { PREDICTIONS } from './predictions.ts';
import { Refusal } from './refusal.ts';
import { notFound, shown, type World } from './world.ts';

type Handler = (world: World, request: Json) => Promise<Json> | Json;

const operationAt = (world: World, name: unknown) => {
  const operation = world.operations.get(String(name));
  if (operation === undefined) throw notFound('operation', name);
  return operation;
};

const OPERATIONS: Readonly<Record<string, Handler>> = {
  GetOperation: (world, { name }) => shown(operationAt(world, name)),
  WaitOperation: async (world, { name }) => {
    await world.quiet();
    return shown(operationAt(world, name));
  },
  ListOperations: (world, { name }) => ({
    operations: [...world.operations.values()]
      .filter(
        ({ of }) =>
          of === name ||
          (/^projects\/[^/]+\/locations\/[^/]+$/.test(String(name)) && of.startsWith(`${String(name)}/`)),
      )
      .map(shown),
  }),
};

const HANDLERS: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
  ModelService: MODELS,
  EndpointService: ENDPOINTS,
  JobService: JOBS,
  PredictionService: PREDICTIONS,
  Operations: OPERATIONS,
};

/** One call as an interrupter sees it; calls count from 1. */
export interface Call {
  readonly index: number;
  readonly method: string;
}

/** Is told of each call before and after its effect; what it throws is answered instead. */
export type Interrupt = (call: Call, when: 'before' | 'after') => void | Promise<void>;

export class Dispatcher {
  readonly world: World;
  /** Every call there was, in order. */
  readonly calls: Call[] = [];
  interrupt: Interrupt = () => undefined;
  /** Is told of each call that was carried out, whether its answer arrives or not. */
  onEffect: (call: Call) => void = () => undefined;

  constructor(world: World) {
    this.world = world;
  }

  async call({ service, name, request, response }: ApiMethod, json: Json): Promise<Json> {
    const handler = HANDLERS[service]?.[name];
    if (handler === undefined) throw new Refusal('UNIMPLEMENTED', `${name} is not played by this fake.`);
    const call = { index: this.calls.length + 1, method: name };
    this.calls.push(call);
    await this.interrupt(call, 'before');
    const keepsName = name.startsWith('Update');
    const understood = checked(request, json);
    // `endpoint.name` is the server's to set and says, in an update, which one is meant.
    try {
      const answer = await handler(this.world, keepsName ? withName(understood, json) : understood);
      this.onEffect(call);
      return camelKeys(response, answer, '') as Json;
    } finally {
      // A refusal can be lost on its way, too.
      await this.interrupt(call, 'after');
    }
  }
}

function withName(understood: Json, json: Json): Json {
  const endpoint = understood['endpoint'];
  if (endpoint === undefined) return understood;
  return { ...understood, endpoint: { ...(endpoint as Json), name: (json['endpoint'] as Json)['name'] } };
}
