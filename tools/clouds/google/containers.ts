/** The containers behind deployed models: real processes on loopback, told what Vertex tells them. */
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../free-port.ts';
import type { Json } from './json.ts';
import { Refusal } from './refusal.ts';

export interface Container {
  readonly predictUrl: string;
  stop(): Promise<void>;
}

export interface Wanted {
  readonly image: string;
  readonly spec: Json;
  readonly endpoint: string;
  readonly id: string;
}

/** Starts what a deployed model runs on, and settles when it is healthy. Throws a Refusal where it never is. */
export type Launch = (wanted: Wanted) => Promise<Container>;

/** Program, arguments and variables that an image stands for. */
export type Command = (
  image: string,
) => { readonly args: readonly string[]; readonly env?: NodeJS.ProcessEnv } | null;

const LIMIT_MILLIS = 60_000;

/** What Vertex sets: https://cloud.google.com/vertex-ai/docs/predictions/custom-container-requirements#aip-variables */
function variablesOf({ spec, endpoint, id }: Wanted, port: number): Record<string, string> {
  const fallback = `/v1/endpoints/${endpoint.split('/').at(-1)}/deployedModels/${id}:predict`;
  const given = Object.fromEntries(
    ((spec['env'] ?? []) as { name: string; value: string }[]).map(({ name, value }) => [
      name,
      value.replaceAll('$$(', '$('),
    ]),
  );
  return {
    ...given,
    AIP_MODE: 'PREDICTION',
    AIP_FRAMEWORK: 'CUSTOM_CONTAINER',
    AIP_HTTP_PORT: String(port),
    AIP_HEALTH_ROUTE: String(spec['healthRoute'] ?? fallback),
    AIP_PREDICT_ROUTE: String(spec['predictRoute'] ?? fallback),
    AIP_ENDPOINT_ID: String(endpoint.split('/').at(-1)),
    AIP_DEPLOYED_MODEL_ID: id,
  };
}

/** Processes of this machine in the place of images. */
export const processes =
  (command: Command): Launch =>
  async (wanted) => {
    const run = command(wanted.image);
    if (run === null) throw new Refusal('INVALID_ARGUMENT', `The image "${wanted.image}" does not exist.`);
    const port = await freePort();
    const variables = variablesOf(wanted, port);
    const child = spawn(process.execPath, run.args, {
      env: { PATH: process.env['PATH'], ...run.env, ...variables },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (text) => {
      said = `${said}${text}`.slice(-2000);
    });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const stop = async (): Promise<void> => {
      child.kill('SIGTERM');
      await ended;
    };
    if (
      !(await isHealthy(
        `http://127.0.0.1:${port}${variables['AIP_HEALTH_ROUTE']}`,
        () => child.exitCode !== null,
      ))
    ) {
      await stop();
      throw new Refusal('FAILED_PRECONDITION', `Model server never became ready. Its log: ${said}`);
    }
    return { predictUrl: `http://127.0.0.1:${port}${variables['AIP_PREDICT_ROUTE']}`, stop };
  };

async function isHealthy(url: string, isOver: () => boolean): Promise<boolean> {
  const until = performance.now() + LIMIT_MILLIS;
  while (performance.now() < until && !isOver()) {
    const answer = await fetch(url).catch(() => null);
    await answer?.arrayBuffer();
    if (answer?.status === 200) return true;
    await sleep(50);
  }
  return false;
}

/** Answers nothing: for tests of deployments alone. */
export const noContainers: Launch = async () => ({
  predictUrl: 'http://127.0.0.1:9/',
  stop: async () => undefined,
});
