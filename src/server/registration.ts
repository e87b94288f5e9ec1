import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NamedFile } from '../config/models.ts';
import type { ControlApi, EndpointView, VersionView } from '../control/port.ts';
import type { Actor } from '../core/actor.ts';
import { isPlimsollError, PlimsollError } from '../core/errors.ts';
import type { NewVersion } from '../registry/new-version.ts';
import { isRowDamage } from '../store/row-schema.ts';
import type { Strategy } from '../store/store.ts';

/** How far the registration of the files has come, for those who watch. */
export type RegistrationProgress =
  | { readonly kind: 'stage'; readonly file: string; readonly stage: string }
  | { readonly kind: 'done'; readonly file: string }
  | { readonly kind: 'note'; readonly text: string };

/** Files to register, and how. */
export interface FileRegistration
  extends Omit<NewVersion, 'path' | 'labels' | 'note' | 'breaking' | 'keepArchived'> {
  readonly files: readonly NamedFile[];
}

/** Makes a file a version. Throws what refuses it. */
export type AddVersion = (
  model: string,
  source: NewVersion,
  onStage: (stage: string) => void,
) => Promise<VersionView>;

export const SERVE: Actor = { by: 'serve' };

/**
 * Makes each file in turn a version. One out of a folder that cannot be served is reported and left out, and so is one whose
 * row of the store is damaged. Throws what refuses a file that was named, or the last one where none is left.
 */
export async function registerFiles(
  add: AddVersion,
  { files, ...source }: FileRegistration,
  onProgress: (progress: RegistrationProgress) => void,
): Promise<readonly VersionView[]> {
  const versions: VersionView[] = [];
  let refusal: PlimsollError | null = null;
  for (const { name, path, found, reasons } of files) {
    const file = basename(path);
    try {
      const onStage = (stage: string): void => onProgress({ kind: 'stage', file, stage });
      versions.push(ready(await add(name, { path, ...source, reasons: source.reasons ?? reasons }, onStage)));
      onProgress({ kind: 'done', file });
    } catch (error) {
      onProgress({ kind: 'done', file });
      if (isRowDamage(error)) {
        onProgress({ kind: 'note', text: leftOut(path, error) });
        continue;
      }
      if (!found || !isPlimsollError(error)) {
        // The error says what is wrong inside a file; of several it has to be said which.
        if (files.length > 1) onProgress({ kind: 'note', text: `Cannot serve ${path}:` });
        throw error;
      }
      refusal = error;
      onProgress({ kind: 'note', text: `Left out ${path}: ${error.message}` });
    }
  }
  if (versions.length === 0 && refusal) throw refusal;
  return versions;
}

/** What could not be used, why, and the way on. */
export const leftOut = (what: string, { code, message, hint }: PlimsollError): string =>
  `Left out ${what}: ${code}: ${message}. ${hint}`;

function ready(version: VersionView): VersionView {
  if (version.state === 'ready') return version;
  const { model, version: number, state } = version;
  const details = { action: 'serve', model, version: number, found: state, wanted: 'ready' };
  throw new PlimsollError('VERSION_STATE', details);
}

type RollingControl = Pick<ControlApi, 'endpoint' | 'rollouts' | 'startRollout'>;

export interface RollOutOptions {
  readonly strategyOf: (endpoint: string) => Strategy;
  readonly actor: Actor;
  /** @default {setTimeout} */
  readonly wait?: (millis: number) => Promise<unknown>;
}

/** How often the owner of the rollouts is asked for, in milliseconds, and how many times: longer than a dead one keeps them. */
const ASK_MILLIS = 500;
const ASKS = 24;

/**
 * Starts the rollout of each version that is new to the endpoint of its model's name. Answers, by endpoint, why a version
 * answers nobody, where that needs saying.
 */
export async function rollOut(
  control: RollingControl,
  versions: readonly VersionView[],
  options: RollOutOptions,
): Promise<ReadonlyMap<string, string>> {
  const notes = new Map<string, string>();
  for (const { model, version } of versions) {
    const why = await rollOutOne(control, model, version, options).catch((error: unknown) => {
      if (isRowDamage(error)) return `version ${version} is ready, but ${error.message}. ${error.hint}`;
      throw error;
    });
    if (why !== null) notes.set(model, why);
  }
  return notes;
}

async function rollOutOne(
  control: RollingControl,
  model: string,
  version: number,
  options: RollOutOptions,
): Promise<string | null> {
  const endpoint = await control.endpoint(model);
  if (endpoint.stable === version || endpoint.rollout?.candidate === version) return null;
  return (await whyNot(control, endpoint, version)) ?? begin(control, model, version, options);
}

/** Another process on a shared store may own the rollouts, or have owned them until it died a moment ago. */
async function begin(
  control: RollingControl,
  model: string,
  version: number,
  { strategyOf, actor, wait = sleep }: RollOutOptions,
): Promise<string | null> {
  const strategy = strategyOf(model);
  for (let asked = 0; asked < ASKS; asked++) {
    try {
      await control.startRollout(model, { candidate: version, strategy }, actor);
      return null;
    } catch (error) {
      if (!isPlimsollError(error)) throw error;
      if (error.code === 'POLICY_BLIND' || error.code === 'EXPERIMENT_BLIND')
        return `version ${version} is ready. ${error.message}: \`plimsoll rollout start ${model} --to ${version} --strategy ${strategy} --force\` begins all the same`;
      if (error.code !== 'ROLLOUTS_UNOWNED') throw error;
      await wait(ASK_MILLIS);
    }
  }
  const start = `\`plimsoll rollout start ${model} --to ${version} --strategy ${strategy}\``;
  return `version ${version} is ready, but another process owns the rollouts of this store: ask that one, ${start}`;
}

/** A version that has had its rollout, or is older than the one that answers, is not tried without a person. */
async function whyNot(
  control: RollingControl,
  { name, stable, rollout }: EndpointView,
  version: number,
): Promise<string | null> {
  const start = `\`plimsoll rollout start ${name} --to ${version} --strategy canary\``;
  if (rollout)
    return `version ${version} waits, for the rollout of version ${rollout.candidate} is under way; then ${start}`;
  const { items } = await control.rollouts(name, { limit: 100 });
  const last = items.find(({ candidate }) => candidate === version);
  if (last)
    return `the file is version ${version}, whose rollout was ${last.state}: version ${stable} answers; to try again ${start}`;
  if (version < stable)
    return `the file is version ${version}, older than version ${stable}, which answers; to go back \`plimsoll rollback ${name} --to ${version}\``;
  return null;
}
