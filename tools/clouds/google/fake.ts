/** A Vertex AI of the project's own, on loopback: what deployments and Google's clients are tested against. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type CloudClock, WallClock } from '../clock.ts';
import { type Launch, noContainers } from './containers.ts';
import { Dispatcher } from './dispatch.ts';
import { restServer } from './rest.ts';
import { DELAYS, type Delays, World } from './world.ts';

export interface FakeOptions {
  readonly port?: number;
  readonly launch?: Launch;
  readonly delays?: Partial<Delays>;
  readonly clock?: CloudClock;
}

export interface Fake {
  readonly dispatcher: Dispatcher;
  readonly world: World;
  /** `http://127.0.0.1:PORT`, JSON. */
  readonly url: string;
  stop(): Promise<void>;
}

export async function startFake(options: FakeOptions = {}): Promise<Fake> {
  const { launch = noContainers, clock = new WallClock() } = options;
  const world = new World(launch, { ...DELAYS, ...options.delays }, clock);
  const dispatcher = new Dispatcher(world);
  const rest = restServer(dispatcher).listen(options.port ?? 0, '127.0.0.1');
  await once(rest, 'listening');
  const stop = async (): Promise<void> => {
    rest.closeAllConnections();
    rest.close();
    await world.close();
  };
  const url = `http://127.0.0.1:${(rest.address() as AddressInfo).port}`;
  return { dispatcher, world, url, stop };
}
