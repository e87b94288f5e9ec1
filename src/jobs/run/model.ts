import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { ControlApi, VersionView } from '../../control/port.ts';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import { admitFile } from '../../registry/admit.ts';
import { bundleDir, readManifest } from '../../registry/bundle.ts';
import { requireIntegrity } from '../../registry/integrity.ts';
import { SUMS } from '../../registry/sums.ts';
import type { AcceptedVersion } from '../../registry/version.ts';
import type { JobChoices } from '../spec/spec.ts';

/** The model of a run. */
export interface JobModel {
  readonly accepted: Pick<AcceptedVersion, 'bundle' | 'manifest'>;
  /** What names the bundle. */
  readonly digest: string;
  /** Of a registered or packaged version; null of a file. */
  readonly name: string | null;
  readonly version: number | null;
}

/** Asks the control plane for a moment: that of a server, or the data folder itself. */
export type AskControl = <T>(work: (control: ControlApi) => Promise<T>) => Promise<T>;

export interface ModelOptions {
  readonly dataDir: string;
  readonly ask: AskControl;
  readonly onProgress: (stage: string) => void;
  /** What was chosen of a file. */
  readonly choices?: JobChoices | undefined;
  /** What is to be done with it, for messages. */
  readonly action?: string;
}

const REFERENCE = /^([A-Za-z0-9][\w.-]{0,127})(?:@([\w.-]{1,128}))?$/;

/**
 * The model that a job names: a file, which is proved where it is new; the folder of a packaged version, which is taken as
 * it is; or `M@V`, `M@alias`, or `M` alone, which is the version that its endpoint rests on, else its newest ready one.
 * Throws FILE_NOT_FOUND, CHOICES_SETTLED, BUNDLE_DAMAGED, MODEL_NOT_FOUND, VERSION_UNKNOWN, VERSION_STATE, BUNDLE_GONE, and what accepting
 * a file throws.
 */
export async function resolveModel(reference: string, options: ModelOptions): Promise<JobModel> {
  const { dataDir, onProgress } = options;
  if (existsSync(reference)) {
    const packaged = await packagedVersion(resolve(reference));
    if (packaged !== null) return settled(packaged, reference, options);
    const accepted = await admitFile(reference, {
      dataDir,
      name: basename(reference),
      ...options.choices,
      onProgress,
    });
    return { accepted, digest: basename(accepted.bundle), name: null, version: null };
  }
  const [, name, which] = REFERENCE.exec(reference) ?? [];
  if (name === undefined || (which === undefined && /\.\w+$/.test(name)))
    throw new PlimsollError('FILE_NOT_FOUND', { path: reference });
  const found = settled(await registered(options.ask, name, which), reference, options);
  if (found.state !== 'ready') {
    const details = {
      action: options.action ?? 'score with',
      model: name,
      version: found.version,
      found: found.state,
    };
    throw new PlimsollError('VERSION_STATE', { ...details, wanted: 'ready' });
  }
  return fromBundle(dataDir, found);
}

/** What was chosen of a version is part of it. Throws CHOICES_SETTLED where something else is to be. */
function settled<T>(found: T, model: string, { choices = {} }: ModelOptions): T {
  const said = Object.keys(choices).map((name) => `--${name}`);
  if (said.length === 0) return found;
  throw new PlimsollError('CHOICES_SETTLED', { choices: said.join(' and '), model });
}

/** Whoever misspelt a path reads that it was taken for a name. */
async function registered(ask: AskControl, name: string, which: string | undefined): Promise<VersionView> {
  try {
    return await ask((control) => resolveJobVersion(control, name, which));
  } catch (error) {
    if (!isPlimsollError(error) || error.code !== 'MODEL_NOT_FOUND' || which !== undefined) throw error;
    const known = `${error.details['known']}, and there is no file or folder of that name`;
    throw new PlimsollError('MODEL_NOT_FOUND', { model: name, known }, { cause: error });
  }
}

/**
 * A version as images and build contexts hold it, `NAME/VERSION/`: proved where it was packaged, so that its digests are
 * enough. Null of any other folder, and of one that Python runs, whose environment no digest proves.
 */
async function packagedVersion(bundle: string): Promise<JobModel | null> {
  if (!existsSync(join(bundle, SUMS))) return null;
  const manifest = readManifest(bundle);
  if (manifest === null || manifest.python !== undefined) return null;
  const [name, version] = [basename(dirname(bundle)), Number(basename(bundle))];
  if (!Number.isInteger(version)) return null;
  const accepted = { model: name, version, bundle, manifest };
  await requireIntegrity(accepted);
  return { accepted, digest: manifest.digest, name, version };
}

/** The version that `name@which` means: a number, an alias, or without either what the endpoint rests on, else the newest. */
export async function resolveJobVersion(
  control: ControlApi,
  name: string,
  which: string | undefined,
): Promise<VersionView> {
  if (which === undefined) {
    const stable = await stableOf(control, name);
    return stable === null ? (await control.model(name)).latest : control.version(name, stable);
  }
  if (/^\d+$/.test(which)) return control.version(name, Number(which));
  const version = (await control.model(name)).aliases[which];
  if (version === undefined) throw new PlimsollError('VERSION_UNKNOWN', { model: name, version: which });
  return control.version(name, version);
}

async function stableOf(control: ControlApi, name: string): Promise<number | null> {
  try {
    return (await control.endpoint(name)).stable;
  } catch (error) {
    if (isPlimsollError(error) && error.code === 'ENDPOINT_NOT_FOUND') return null;
    throw error;
  }
}

function fromBundle(dataDir: string, { model, version, digest }: VersionView): JobModel {
  const bundle = bundleDir(dataDir, digest);
  const manifest = readManifest(bundle);
  if (manifest === null) throw new PlimsollError('BUNDLE_GONE', { model, version, digest });
  return { accepted: { bundle, manifest }, digest, name: model, version };
}
