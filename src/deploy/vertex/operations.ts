/** Operations that take their time: waited for, and found again by what they are about. */
import { Backoff } from '../../core/backoff.ts';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import type { ResourceKey } from '../plan/port.ts';
import { type LongRunningOperation, operationOf, type VertexClient, type VertexMessage } from './client.ts';
import { CODE, vertexErrorOf } from './failure.ts';

/** How a deployment waits. */
export interface Patience {
  readonly sleep: (millis: number) => Promise<void>;
  readonly monotonic: () => number;
  /** Milliseconds until an operation is first looked at again. */
  readonly firstPauseMillis: number;
  /** Milliseconds that one may take. */
  readonly waitMillis: number;
}

const LONGEST_PAUSE_MILLIS = 15_000;

/**
 * Settles when an operation is done. Throws CLOUD_FAILED with its reason (CLOUD_QUOTA, CLOUD_DENIED where it says so),
 * CLOUD_TIMEOUT where it takes too long: it goes on, and is found again by the next command. `unless` is the code that means
 * that somebody has done it meanwhile: whose it is, the next look tells.
 */
export async function finished(
  client: VertexClient,
  begun: VertexMessage,
  { kind, name }: ResourceKey,
  patience: Patience,
  unless: number = CODE.alreadyExists,
): Promise<void> {
  const until = patience.monotonic() + patience.waitMillis;
  let operation: LongRunningOperation = operationOf(begun);
  const pauses = new Backoff({
    ...{ firstMillis: patience.firstPauseMillis, maxMillis: LONGEST_PAUSE_MILLIS, factor: 1.5 },
  });
  while (!operation.done) {
    if (patience.monotonic() >= until)
      throw new PlimsollError('CLOUD_TIMEOUT', { kind, name, limit: Math.round(patience.waitMillis / 1000) });
    await patience.sleep(pauses.fail());
    operation = await client.operation(operation.name);
  }
  if (operation.error === null || operation.error.code === 0) return;
  const { code, message } = operation.error;
  if (code === unless) return;
  const coded = vertexErrorOf(code, message, `make or remove the ${kind} "${name}"`);
  if (coded.code === 'CLOUD_QUOTA' || coded.code === 'CLOUD_DENIED') throw coded;
  throw new PlimsollError('CLOUD_FAILED', { kind, name, reason: message });
}

/** Operations on a resource that go on. */
export const underWay = async (
  client: VertexClient,
  resource: string,
): Promise<readonly LongRunningOperation[]> =>
  (await client.operations(resource)).filter(({ done }) => !done);

/** Waits for those that go on, however they end. */
export async function operationsSettled(
  client: VertexClient,
  resource: string,
  key: ResourceKey,
  patience: Patience,
): Promise<void> {
  for (const { name } of await underWay(client, resource)) {
    await finished(client, { name }, key, patience).catch((error: unknown) => {
      if (!isPlimsollError(error) || error.code !== 'CLOUD_FAILED') throw error;
    });
  }
}
