import { userInfo } from 'node:os';
import type { Command } from 'commander';
import type { Actor, Control, RolloutView } from '../control/port.ts';
import { isPlimsollError } from '../core/errors.ts';

/** Options of every command that asks the control plane. */
export interface ControlOptions {
  readonly data: string;
  readonly url?: string;
}

/** Options of every command that changes something. */
export interface ActorOptions extends ControlOptions {
  readonly by?: string;
  readonly reason?: string;
}

/** Declares how to reach the control plane. */
export const withControlOptions = (command: Command): Command =>
  command.option('--url <url>', 'server to ask (default: the one that runs on --data, else the data itself)');

/** Declares who acts, and why. */
export const withActorOptions = (command: Command): Command =>
  withControlOptions(command)
    .option('--reason <text>', 'why: kept in the audit log')
    .option('--by <name>', 'who acts (default: PLIMSOLL_BY, else the user of this machine)');

export const actorOf = ({ by, reason }: ActorOptions): Actor => ({
  by: by ?? process.env['PLIMSOLL_BY'] ?? userInfo().username,
  reason,
});

/**
 * Asks the server at `--url`; else the one that owns the data folder; else the data itself, whose owner this command is
 * until `work` is done. Throws CONTROL_UNREACHABLE, DATA_LOCKED, and whatever `work` throws.
 */
export async function withControl<T>(
  { data, url }: ControlOptions,
  work: (control: Control) => Promise<T>,
): Promise<T> {
  if (url !== undefined) {
    const { RemoteControl } = await import('../control/remote.ts');
    return work(new RemoteControl({ url, token: process.env['PLIMSOLL_TOKEN'] }));
  }
  const { liveServer } = await import('../server/lock.ts');
  const live = liveServer(data);
  if (live !== null) {
    const { RemoteControl } = await import('../control/remote.ts');
    return work(new RemoteControl({ socket: live.socket }));
  }
  const { openControl } = await import('../server/offline.ts');
  const { control, close } = await openControl(data, process.env['PLIMSOLL_STORE'] ?? null);
  try {
    return await work(control);
  } finally {
    await close();
  }
}

/** The rollout of that id, or of the endpoint of that name: the one that runs, else its last one. */
export async function rolloutOf(control: Control, word: string): Promise<RolloutView> {
  try {
    return await control.rollout(word);
  } catch (error) {
    if (!isPlimsollError(error) || error.code !== 'ROLLOUT_NOT_FOUND') throw error;
    const last = await lastRollout(control, word);
    if (last === null) throw error;
    return last;
  }
}

async function lastRollout(control: Control, endpoint: string): Promise<RolloutView | null> {
  const { rollout } = await control.endpoint(endpoint);
  return rollout ?? (await control.rollouts(endpoint, { limit: 1 })).items[0] ?? null;
}
