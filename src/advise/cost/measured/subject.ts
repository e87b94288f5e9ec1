/** A server that is started to be measured: on loopback, over a data folder of its own, ended in any case. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { withoutSettings } from '../../../config/bare-environment.ts';
import { PlimsollError } from '../../../core/errors.ts';
import { isRecord } from '../../../core/record.ts';
import { type ChildOptions, ChildProcess } from '../../../process/child-process.ts';
import { bundleDir, bundlesDir, readManifest } from '../../../registry/bundle.ts';
import type { BundleManifest } from '../../../registry/version.ts';

/** How this program is started, and what `serve` is told about the model: its file and how it is to be read. */
export interface SubjectCommand {
  /** A program and its first arguments: `[node, bin/plimsoll.js]`. */
  readonly plimsoll: readonly string[];
  readonly model: readonly string[];
}

export const notMeasured = (reason: string): PlimsollError =>
  new PlimsollError('MODEL_NOT_MEASURED', { reason });

/** A data folder for one measurement. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-measure-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The manifest of the only version in a data folder. Throws MODEL_NOT_MEASURED. */
export async function onlyManifest(folder: string): Promise<BundleManifest> {
  const [digest] = await readdir(bundlesDir(folder)).catch(() => []);
  const manifest = digest === undefined ? null : readManifest(bundleDir(folder, digest));
  if (manifest === null) throw notMeasured('its server registered no version');
  return manifest;
}

export interface Subject {
  readonly pid: number;
  readonly port: number;
  readonly name: string;
  /** Milliseconds from its start until it answers. */
  readonly startMillis: number;
}

/** Neither the settings of this environment nor a settings file of the folder that a command runs in are meant for what is measured. */
export const ownPlace = (folder: string): Pick<ChildOptions, 'cwd' | 'env'> => ({
  cwd: folder,
  env: withoutSettings(process.env),
});

const START_LIMIT_MILLIS = 300_000;
const CLOSE_MILLIS = 5000;

/** Runs `work` beside a server that it ends afterwards. Throws MODEL_NOT_MEASURED with what the server says. */
export async function withSubject<T>(
  command: SubjectCommand,
  folder: string,
  { signal, more = [] }: { readonly signal?: AbortSignal | undefined; readonly more?: readonly string[] },
  work: (subject: Subject) => Promise<T>,
): Promise<T> {
  const [program, ...args] = command.plimsoll;
  const where = [
    '--port',
    '0',
    '--host',
    '127.0.0.1',
    '--workers',
    '1',
    '--data',
    folder,
    '--json',
    '--quiet',
  ];
  const began = performance.now();
  const child = new ChildProcess({
    command: program!,
    args: [...args, 'serve', ...command.model, ...where, ...more],
    ...ownPlace(folder),
    stdio: ['ignore', 'pipe', 'pipe'],
    ownsGroup: true,
  });
  const abort = (): void => void child.kill('it was interrupted');
  signal?.addEventListener('abort', abort);
  const late = setTimeout(
    () => child.kill(`it did not answer in ${START_LIMIT_MILLIS / 1000} s`),
    START_LIMIT_MILLIS,
  );
  try {
    const { url, name } = await firstWords(child);
    clearTimeout(late);
    return await work({
      pid: child.pid!,
      port: Number(new URL(url).port),
      name,
      startMillis: performance.now() - began,
    });
  } finally {
    clearTimeout(late);
    signal?.removeEventListener('abort', abort);
    child.signal('SIGTERM');
    const grace = setTimeout(() => child.kill(), CLOSE_MILLIS);
    await child.ended;
    clearTimeout(grace);
  }
}

/** What `serve --json` says once it answers. */
async function firstWords(child: ChildProcess): Promise<{ readonly url: string; readonly name: string }> {
  const [stdout, stderr] = child.outputs;
  let told = '';
  stderr?.on('data', (chunk: Buffer) => {
    told = `${told}${chunk}`.slice(-2000);
  });
  let said = '';
  const line = new Promise<string>((resolve) => {
    if (!(stdout instanceof Readable)) return;
    stdout.on('data', (chunk: Buffer) => {
      said += chunk;
      if (said.includes('\n')) resolve(said);
    });
  });
  const text = await Promise.race([line, child.ended.then(() => null)]);
  const document = jsonOf(text ?? '');
  const models = isRecord(document) && Array.isArray(document['models']) ? document['models'] : [];
  const first: unknown = models[0];
  if (isRecord(document) && isRecord(first))
    return { url: String(document['url']), name: String(first['name']) };
  throw notMeasured(messageIn(told) ?? 'its server did not start');
}

/** The message of the coded error in what was told, or null. */
function messageIn(told: string): string | null {
  const document = jsonOf(told.split('\n').findLast((one) => one.includes('"error"')) ?? '');
  const error = isRecord(document) ? document['error'] : null;
  return isRecord(error) ? String(error['message']) : null;
}

/** Null of what is no JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
