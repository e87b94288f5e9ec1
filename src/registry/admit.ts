import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type ErrorCode, type ErrorDetails, PlimsollError } from '../core/errors.ts';
import { bundleDir, digestFile, isIntact, readManifest, stagingDir } from './bundle.ts';
import type { AcceptedVersion, Manifest, Runtime } from './version.ts';

export interface AdmitOptions {
  readonly dataDir: string;
  readonly name: string;
  /** Runtime that the user demands; otherwise the fastest that is proved. */
  readonly runtime?: Runtime | undefined;
  /** Path of a golden file. */
  readonly golden?: string | undefined;
  /** Largest model file to read, in bytes, where it is trusted; kept in the manifest for later loads. */
  readonly maxModel?: number | undefined;
  readonly timeoutMillis?: number | undefined;
  readonly onProgress?: ((stage: string) => void) | undefined;
}

/** What the child is asked for, and what it says; nothing but plain data crosses. */
export interface AcceptRequest {
  readonly path: string;
  readonly digest: string;
  readonly dataDir: string;
  /** Folder in which the bundle is put together; whoever asks removes what is left of it. */
  readonly staging: string;
  readonly runtime: Runtime | null;
  readonly golden: string | null;
  readonly maxModel: number | null;
}
export type AcceptMessage =
  | { readonly kind: 'progress'; readonly stage: string }
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly error: { code: ErrorCode; details: ErrorDetails } };

const TIMEOUT_MILLIS = 120_000;
/** Heap of the child; file contents live in typed arrays, which the readers' own limits bound. */
const HEAP_MEGABYTES = 2048;

/**
 * Takes a model file to its bundle, without loading it here. A digest accepted before has one; a new one is read,
 * proved and measured in a short-lived child first, so that a hostile file never runs on a serving loop.
 */
export async function admitFile(path: string, options: AdmitOptions): Promise<AcceptedVersion> {
  const digest = digestFile(path);
  const bundle = bundleDir(options.dataDir, digest);
  const known = readManifest(bundle);
  if (known && fits(known, path, options) && isIntact(bundle, known))
    return { model: options.name, version: 1, bundle, manifest: known };
  const { dataDir, runtime = null, golden = null, maxModel = null } = options;
  const staging = stagingDir(dataDir, digest, randomUUID());
  try {
    await admitInChild({ path, digest, dataDir, staging, runtime, golden, maxModel }, options);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
  const manifest = readManifest(bundle);
  if (!manifest)
    throw new PlimsollError('INTERNAL', { action: `accepting "${path}"`, reason: 'its bundle is gone' });
  return { model: options.name, version: 1, bundle, manifest };
}

/** Whether an earlier acceptance answers for this call: same side files, the runtime asked for, nothing to replay. */
function fits(known: Manifest, path: string, options: AdmitOptions): boolean {
  if (options.golden || (options.runtime && known.runtime !== options.runtime)) return false;
  return known.sideFiles.every(({ name, digest }) => {
    const side = join(dirname(path), name);
    return existsSync(side) && digestFile(side) === digest;
  });
}

function admitInChild(request: AcceptRequest, options: AdmitOptions): Promise<void> {
  const entry = import.meta.url.endsWith('.ts') ? './accept.child.ts' : './accept.child.js';
  const child = fork(new URL(entry, import.meta.url), [], {
    execArgv: [`--max-old-space-size=${HEAP_MEGABYTES}`],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const limit = options.timeoutMillis ?? TIMEOUT_MILLIS;
  const path = basename(request.path);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new PlimsollError('ACCEPT_TIMEOUT', { path, limit }));
    }, limit);
    child.on('message', (message: AcceptMessage) => {
      if (message.kind === 'progress') options.onProgress?.(message.stage);
      if (message.kind === 'accepted') resolve();
      if (message.kind === 'refused') reject(PlimsollError.from(message.error));
    });
    const ended = (reason: string): void => {
      clearTimeout(timer);
      reject(new PlimsollError('ACCEPT_CRASHED', { path, reason }));
    };
    child.on('error', (error) => ended(error.message));
    // Not 'exit', which may come before the child's last message.
    child.on('close', (code, signal) => ended(signal ?? `code ${code}`));
    // A child that is gone already says so by 'close'.
    child.send(request, () => undefined);
  });
}
