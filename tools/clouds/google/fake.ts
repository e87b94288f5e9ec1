/** A Vertex AI of the project's own, on loopback: what deployments and Google's clients are tested against. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { ServerCredentials } from '@grpc/grpc-js';
import { type CloudClock, WallClock } from '../clock.ts';
import { type Launch, noContainers } from './containers.ts';
import { Dispatcher } from './dispatch.ts';
import { grpcServer } from './grpc.ts';
import { restServer } from './rest.ts';
import { DELAYS, type Delays, World } from './world.ts';

export interface FakeOptions {
  readonly port?: number;
  readonly grpcPort?: number;
  readonly launch?: Launch;
  readonly delays?: Partial<Delays>;
  readonly clock?: CloudClock;
}

export interface Fake {
  readonly dispatcher: Dispatcher;
  readonly world: World;
  /** `http://127.0.0.1:PORT`, JSON. */
  readonly url: string;
  /** The same over gRPC. */
  readonly grpcUrl: string;
  stop(): Promise<void>;
}

export async function startFake(options: FakeOptions = {}): Promise<Fake> {
  const { launch = noContainers, clock = new WallClock() } = options;
  const world = new World(launch, { ...DELAYS, ...options.delays }, clock);
  const dispatcher = new Dispatcher(world);
  const rest = restServer(dispatcher).listen(options.port ?? 0, '127.0.0.1');
  await once(rest, 'listening');
  const grpc = grpcServer(dispatcher);
  const grpcPort = await new Promise<number>((resolve, reject) => {
    const address = `127.0.0.1:${options.grpcPort ?? 0}`;
    grpc.bindAsync(address, ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(port) : reject(error),
    );
  });
  const stop = async (): Promise<void> => {
    grpc.forceShutdown();
    rest.closeAllConnections();
    rest.close();
    await world.close();
  };
  const url = `http://127.0.0.1:${(rest.address() as AddressInfo).port}`;
  return { dispatcher, world, url, grpcUrl: `http://127.0.0.1:${grpcPort}`, stop };
}
