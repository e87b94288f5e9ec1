import { writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pythonSettings } from '../../config/python-settings.ts';
import { elementAt, required } from '../../core/element-at.ts';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { PythonFailureError } from '../../engine/python/failure.ts';
import { readModelFile } from '../../files/read-model.ts';
import type { ReadModel } from '../../files/read-parts.ts';
import { columnNames } from '../../model/column-names.ts';
import type { PackageLock } from '../../python/environment.ts';
import { openEnvironment } from '../../python/environments.ts';
import { makeLock } from '../../python/lock.ts';
import { compareVersions } from '../../python/versions.ts';
import { type AcceptanceResult, type AcceptRequest, knownManifest, type ProofEvents } from '../admit.ts';
import { makeBackground } from '../background.ts';
import { bundleDir, CONVERTER, keptPath, lockOfBundle, ORIGINAL, readManifest } from '../bundle.ts';
import { flushFile, namesToKeep, writeBundle, writeToBundles } from '../bundle-write.ts';
import { fileFactsOf } from '../file-facts.ts';
import type { GoldenReplay } from '../golden.ts';
import { readGolden } from '../golden-file.ts';
import { keptReasons } from '../reasons.ts';
import type { BundleManifest } from '../version.ts';
import { assemblePythonVersion, LOCK, type PythonAssembly, sideFilesOf, stageFiles } from './assemble.ts';
import { type CleanRoom, cleanRoom } from './clean-room.ts';
import { codedFailure } from './failure-reason.ts';
import { signatureOfRows } from './golden-rows.ts';
import { guessRequirements } from './guess-requirements.ts';
import { versionLog } from './log.ts';
import type { ModelSource } from './model-source.ts';
import { readSource } from './source.ts';

/**
 * Puts a version together that Python runs, makes its environment, proves it in the clean room, and writes its bundle. Runs
 * in a child process. A bundle that is there already keeps its lock: what ranges were resolved to is decided once.
 */
export async function provePython(
  request: AcceptRequest,
  clock: Clock,
  events: ProofEvents,
): Promise<AcceptanceResult> {
  const demands = request.python;
  if (demands?.trust !== true) throw new PlimsollError('INTERNAL', { action: 'proving', reason: 'no trust' });
  const source = await readSource(request.source);
  const assembly = await assemblePythonVersion(source, demands, request.runtime);
  const { digest } = assembly;
  events.identified(digest);
  const dir = bundleDir(request.dataDir, digest);
  if (await knownManifest(dir, request)) return { digest, loading: null, notes: [] };
  const original = join(request.staging, ORIGINAL);
  writeToBundles(dirname(dir), () => stageFiles(assembly, original));
  const model = describe(source, request.maxModel);
  if (model !== null) events.found({ kind: 'read', facts: fileFactsOf(model) });
  const goldenPath = request.golden ?? keptPath(dir, 'golden');
  const golden = goldenPath === null ? null : readGolden(goldenPath);
  const rows = golden?.input ?? request.sample;
  const { lock, notes } = await lockFor(request, { assembly, model, rows, dir }, events);
  checkWriter(basename(request.source), model, lock, golden);
  writeToBundles(dirname(dir), () => writeFileSync(join(original, LOCK), lock.text, { flush: true }));
  events.progress('making the environment');
  const environment = await openEnvironment(lock, {
    dataDir: request.dataDir,
    allowBuild: demands.allow.includes('build'),
    onProgress: events.progress,
  });
  events.progress('loading in the clean room');
  const proved = await inCleanRoom(
    { request, source, assembly, model, golden, rows, environment, original },
    clock,
  );
  const { by, allow } = demands;
  const trust = { by, at: new Date(clock.now()).toISOString(), digest, allow: [...allow] };
  const { runtime, rowMicros, verification, signature, example, python } = proved;
  const before = readManifest(dir);
  const { background, notes: more } = await makeBackground(request.staging, request, signature, before);
  const manifest: BundleManifest = {
    schema: 1,
    converter: CONVERTER,
    digest: assembly.leading.digest,
    file: assembly.leading.path,
    sideFiles: sideFilesOf(assembly),
    size: assembly.size,
    maxModel: request.maxModel,
    format: model?.format ?? source.format ?? (source.kind === 'mlflow' ? 'mlflow' : 'python'),
    compression: model?.compression ?? null,
    framework: model?.framework ?? { name: 'python', version: environment.interpreter.version },
    graph: false,
    ...{ signature, runtime, rowMicros, verification, example },
    python: { ...python, trust },
    ...namesToKeep(dir, request),
    ...(background === null ? {} : { background }),
    ...(await keptReasons(request.reasons, signature, before)),
    ...(request.origin === null ? {} : { origin: request.origin }),
  };
  for (const { path } of assembly.files) flushFile(join(original, path));
  const files = { original: null, golden: request.golden, reference: request.reference };
  writeBundle(request.staging, dir, manifest, files);
  return { digest, loading: null, notes: [...notes, ...more] };
}

/** What the file says as data; null where nothing but Python understands it. */
function describe({ data }: ModelSource, maxModel: number | null): ReadModel | null {
  if (data === null) return null;
  try {
    return readModelFile(data, { maxModel: maxModel ?? undefined });
  } catch (error) {
    if (isPlimsollError(error)) return null;
    throw error;
  }
}

interface Lockable {
  readonly assembly: PythonAssembly;
  readonly model: ReadModel | null;
  readonly rows: unknown;
  readonly dir: string;
}

async function lockFor(
  { dataDir, python }: AcceptRequest,
  { assembly, model, rows, dir }: Lockable,
  { progress }: ProofEvents,
): Promise<{ readonly lock: PackageLock; readonly notes: readonly string[] }> {
  const before = readManifest(dir)?.python;
  const kept = before === undefined ? null : await lockOfBundle(dir, before);
  if (kept !== null) return { lock: kept, notes: [] };
  progress('resolving its packages');
  const own = new Set(
    assembly.files.flatMap(({ path }) => (path.startsWith('code/') ? [moduleOf(path)] : [])),
  );
  const seen = rows === null ? null : signatureOfRows(rows);
  const named = seen !== null && columnNames(seen) !== null;
  const lock = await makeLock({
    requirements: assembly.requirements,
    guessed: guessRequirements(model, own, named, assembly.options.backend),
    python: assembly.options.python ?? model?.framework.python ?? null,
    allowBuild: required(python, 'manifest.python').allow.includes('build'),
    dataDir,
    onProgress: progress,
  });
  return { lock, notes: lock.notes };
}

const moduleOf = (path: string): string => elementAt(path.split('/'), 1).replace(/\.(?:py|so)$/, '');

/** Frameworks that promise to read what their older releases wrote (https://www.tensorflow.org/guide/versions). */
const READS_OLDER: ReadonlySet<string> = new Set(['tensorflow']);

/** Releases differ in what their pickles mean: another one than wrote it has to be proved right. */
function checkWriter(
  name: string,
  model: ReadModel | null,
  { pins }: PackageLock,
  golden: GoldenReplay | null,
): void {
  if (model === null || model.framework.version === null || golden !== null) return;
  const { name: framework, version: written } = model.framework;
  const found = pins.get(framework);
  // What builds call themselves behind the release (`+cpu`) is no other release.
  if (found === undefined || compareVersions(found, written) === 0) return;
  if (READS_OLDER.has(framework) && compareVersions(found, written) > 0) return;
  throw new PlimsollError('PYTHON_VERSION_DIFFERS', { model: name, package: framework, written, found });
}

/** A clean room but for what the request itself says. */
type Room = Omit<CleanRoom, 'name' | 'runtime' | 'settings' | 'log'> & { readonly request: AcceptRequest };

async function inCleanRoom({ request, ...room }: Room, clock: Clock): ReturnType<typeof cleanRoom> {
  const name = basename(request.source);
  const { runtime } = request;
  const log = versionLog(request.dataDir, room.assembly.digest, () => clock.now());
  try {
    return await cleanRoom({ ...room, name, runtime, log, settings: pythonSettings(process.env) }, clock);
  } catch (error) {
    if (error instanceof PythonFailureError)
      for (const line of error.failure.traceback.split('\n')) log(line, 'stderr', process.pid);
    throw codedFailure(error, name, request.source);
  }
}
