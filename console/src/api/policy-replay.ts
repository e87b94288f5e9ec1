/** A replay of a monitor policy: how far it has come, and what came of it. It ends with the signal. */
import { send } from './client.ts';
import { eventsIn } from './event-stream.ts';
import type { ControlOperations } from './generated/control-api.ts';

const NAME = 'POST /api/v1/endpoints/{endpoint}/monitor/replays';
export type ReplayState = ControlOperations[typeof NAME]['answer'];
export type PolicyReplay = NonNullable<ReplayState['result']>;

/** Calls `onState` until it is done or has failed. Throws ApiError. */
export async function replayPolicy(
  endpoint: string,
  body: { readonly policy: unknown; readonly days: number },
  onState: (state: ReplayState) => void,
  signal: AbortSignal,
): Promise<void> {
  const asked = { path: { endpoint }, body: body as never };
  const response = await send(NAME, asked, { accept: 'text/event-stream' }, signal);
  if (response.body === null) return;
  for await (const { data } of eventsIn(response.body)) {
    const state = JSON.parse(data) as ReplayState;
    onState(state);
    if (state.state !== 'running') return;
  }
}
