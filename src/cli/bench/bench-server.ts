import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withoutSettings } from '../../config/bare-environment.ts';
import { isErrorCode, PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import { ChildProcess } from '../../process/child-process.ts';
import { bundleDir, bundlesDir, readManifest } from '../../registry/bundle.ts';
import type { BundleManifest } from '../../registry/version.ts';

/** What is to be served. */
export interface BenchServed {
  /** Arguments of `serve`: what is served, and what was said of it. */
  readonly words: readonly string[];
  /** Of a version that is proved already. */
  readonly bundle: string | null;
}

/** A server of this program on a free port of loopback, with a data folder of its own that goes when it ends. */
export interface BenchServer {
  readonly url: URL;
  readonly pid: number;
  readonly manifest: BundleManifest;
  /** Ends it, and removes its folder. */
  close(): Promise<void>;
}

const GRACE_MILLIS = 5000;
const SAID_CHARACTERS = 1_000_000;

/** Starts `serve` in a child, and waits until it answers. Throws what it refuses, and WORKER_FAILED where it ends without a word. */
export async function startBenchServer({ words, bundle }: BenchServed): Promise<BenchServer> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-bench-'));
  const data = join(folder, 'data');
  if (bundle !== null) {
    mkdirSync(bundlesDir(data), { recursive: true });
    symlinkSync(bundle, bundleDir(data, basename(bundle)));
  }
  const entry = fileURLToPath(new URL('./measured.child.ts', import.meta.url));
  const child = new ChildProcess({
    command: process.execPath,
    args: [
      ...[...process.execArgv, entry, 'serve', ...words],
      ...['--data', data, '--host', '127.0.0.1', '--port', '0', '--json', '--quiet'],
    ],
    // A settings file of the folder that the command runs in is not meant for it.
    ...{ cwd: folder, env: withoutSettings(process.env), ownsGroup: true },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const atOnce = (): void => {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', atOnce);
  const close = async (): Promise<void> => {
    await child.stop(GRACE_MILLIS);
    process.off('exit', atOnce);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const url = await urlOf(child);
    return { url, pid: child.pid!, manifest: manifestIn(data), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Where it answers, once it does. */
async function urlOf(child: ChildProcess): Promise<URL> {
  let said = '';
  const [output] = child.outputs;
  const line = new Promise<void>((heard) => {
    output?.on('data', (chunk: Buffer) => {
      if (said.length < SAID_CHARACTERS) said += chunk.toString();
      if (said.includes('\n')) heard();
    });
  });
  const end = await Promise.race([line.then(() => null), child.ended]);
  const document = parsed(said.split('\n')[0] ?? '');
  const url = document?.['url'];
  if (typeof url === 'string') return new URL(url);
  const error = document?.['error'];
  if (isRecord(error) && typeof error['code'] === 'string' && isErrorCode(error['code']))
    throw PlimsollError.from({
      code: error['code'],
      details: isRecord(error['details']) ? error['details'] : {},
    });
  throw new PlimsollError('WORKER_FAILED', {
    ...{ process: 'the server', times: 1, reason: end?.reason ?? 'an answer that is none' },
  });
}

function parsed(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

/** Of the one version that it serves. */
function manifestIn(data: string): BundleManifest {
  const bundles = bundlesDir(data);
  for (const name of readdirSync(bundles)) {
    const manifest = /^[\da-f]{64}$/.test(name) ? readManifest(resolve(bundles, name)) : null;
    if (manifest !== null) return manifest;
  }
  throw new PlimsollError('INTERNAL', { action: 'starting a server', reason: 'it serves no version' });
}
