import { once } from 'node:events';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { ControlApi, RolloutView } from '../../control/port.ts';
import type { Actor } from '../../core/actor.ts';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import type { ControlAddress } from '../../http/control-request.ts';
import type { LiveServer } from '../../server/lock.ts';
import { isStoreAway } from '../../store/away.ts';
import { optionGroup } from '../group.ts';
import { credentialOf } from './credential.ts';

/** Options of every command that asks the control plane. */
export interface ControlOptions {
  readonly data: string;
  readonly url?: string;
  readonly keyFile?: string;
}

/** Options of every command that changes something. */
export interface ActorOptions extends ControlOptions {
  readonly by?: string;
  readonly reason?: string;
}

/** Declares how to reach the control plane. */
export const withControlOptions = (command: Command): Command =>
  optionGroup(command, 'Server Options', (one) =>
    one
      .option(
        '--url <url>',
        'server to call (default: the one that serves --data, else the data folder itself)',
      )
      .option('--key-file <file>', 'file with the API key for --url (default: PLIMSOLL_KEY)'),
  );

/** Declares who acts, and why. */
export const withActorOptions = (command: Command): Command =>
  optionGroup(withControlOptions(command), 'Audit Options', (one) =>
    one
      .option('--reason <text>', 'reason, for the audit log')
      .option(
        '--by <name>',
        'who acts, for the audit log (default: PLIMSOLL_BY, else the user of this machine)',
      ),
  );

/** What is added to the answer of a flip that holds in memory alone. */
export const memoryOnlyNote = ({ durable }: { readonly durable?: false }): string =>
  durable === false ? ' (in memory: the store is unavailable; this is stored when it returns)' : '';

export const actorOf = ({ by, reason }: ActorOptions): Actor => ({
  by: by ?? process.env['PLIMSOLL_BY'] ?? userInfo().username,
  reason,
});

type Work<T> = (control: ControlApi) => Promise<T>;

/**
 * Asks the server at `--url`; else the one that owns the data folder; else the data itself, whose owner this command is
 * until `work` is done. Throws CONTROL_UNREACHABLE, DATA_LOCKED, and whatever `work` throws.
 */
export async function withControl<T>(options: ControlOptions, work: Work<T>): Promise<T> {
  return withOpened(options, work, async (storeUrl) => {
    const { openControl } = await import('../../server/offline.ts');
    const { localDesiredRollout } = await import('./desired-rollouts.ts');
    return openControl(options.data, storeUrl, localDesiredRollout);
  });
}

/** The same for what only looks: also where the data folder may not be written to, whose lock is not taken then. */
export async function withReadableControl<T>(options: ControlOptions, work: Work<T>): Promise<T> {
  return withOpened(options, work, async (storeUrl) => {
    const { openControl } = await import('../../server/offline.ts');
    try {
      return await openControl(options.data, storeUrl);
    } catch (error) {
      if (!isPlimsollError(error) || !UNWRITABLE.has(error.code)) throw error;
      const { openReadOnly } = await import('../../server/read-only.ts');
      const opened = await openReadOnly(options.data, storeUrl);
      if (opened === null) throw error;
      return opened;
    }
  });
}

const UNWRITABLE: ReadonlySet<string> = new Set(['DATA_UNWRITABLE', 'STORE_UNWRITABLE']);

interface Opened {
  readonly control: ControlApi;
  close(): Promise<void>;
}

async function withOpened<T>(
  options: ControlOptions,
  work: Work<T>,
  open: (storeUrl: string | null) => Promise<Opened>,
): Promise<T> {
  const live = await liveOf(options);
  if (live !== null) await reachable(live.socket);
  const server = await serverOf(options);
  if (server !== null) return work(server);
  const { control, close } = await open(process.env['PLIMSOLL_STORE'] ?? null);
  try {
    return await work(control);
  } finally {
    await close();
  }
}

/** The same for what makes sense only while somebody serves, and would be in the way of one that starts. */
export async function withServer<T>(options: ControlOptions, work: Work<T>): Promise<T> {
  const server = await serverOf(options);
  if (server !== null) return work(server);
  throw new PlimsollError('CONTROL_UNREACHABLE', {
    address: options.data,
    reason: 'no server runs on this data folder',
  });
}

const RESTART_MS = 5000;
const TRY_EVERY_MS = 100;

/** Waits while the control process of a server that lives is being started again, for five seconds at most. */
async function reachable(socket: string): Promise<void> {
  const until = Date.now() + RESTART_MS;
  while (!(await accepts(socket)) && Date.now() < until) await sleep(TRY_EVERY_MS);
}

async function accepts(path: string): Promise<boolean> {
  const socket = connect({ path });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function liveOf({ data, url }: ControlOptions): Promise<LiveServer | null> {
  if (url !== undefined) return null;
  const { liveServer } = await import('../../server/lock.ts');
  return liveServer(data);
}

async function serverOf(options: ControlOptions): Promise<ControlApi | null> {
  const target = await controlTarget(options);
  if (target === null) return null;
  const { RemoteControl } = await import('../../control/remote/remote.ts');
  return new RemoteControl(target);
}

/** The server at `--url`, else the one that owns the data folder, else null. */
export async function controlTarget(options: ControlOptions): Promise<ControlAddress | null> {
  const { url } = options;
  if (url !== undefined) return { url, token: credentialOf(options) ?? (await tokenFor(url, options.data)) };
  const live = await liveOf(options);
  return live === null ? null : { socket: live.socket };
}

/** What lets the owner of a data folder in at the URL of its own server, and is sent to no other. */
async function tokenFor(url: string, data: string): Promise<string | undefined> {
  const { liveServer } = await import('../../server/lock.ts');
  if (liveServer(data)?.url !== url.replace(/\/+$/, '')) return undefined;
  const { readLocalToken } = await import('../../server/access/local-token.ts');
  return readLocalToken(data) ?? undefined;
}

/** The rollout of that id, or of the endpoint of that name: the one that runs, else its last one. Throws ROLLOUT_NOT_FOUND. */
export async function rolloutByName(control: ControlApi, word: string): Promise<RolloutView> {
  try {
    return await control.rollout(word);
  } catch (error) {
    // A store that is away knows no ids; what runs is known by its endpoint all the same.
    const isUnknown = isPlimsollError(error) && error.code === 'ROLLOUT_NOT_FOUND';
    if (!isUnknown && !isStoreAway(error)) throw error;
    return lastRollout(control, word);
  }
}

async function lastRollout(control: ControlApi, word: string): Promise<RolloutView> {
  try {
    const { rollout } = await control.endpoint(word);
    const last = rollout ?? (await control.rollouts(word, { limit: 1 })).items[0];
    if (last !== undefined) return last;
  } catch (error) {
    if (!isPlimsollError(error) || error.code !== 'ENDPOINT_NOT_FOUND') throw error;
    const found = `it is neither the id of a rollout nor an endpoint (there is ${error.details['known']})`;
    throw new PlimsollError('ROLLOUT_NOT_FOUND', { id: word, found });
  }
  throw new PlimsollError('ROLLOUT_NOT_FOUND', { id: word, found: 'this endpoint has had none yet' });
}
