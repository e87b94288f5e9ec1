/** The command line, asynchronously: a registry of the test's own answers meanwhile. */
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { BIN, folder } from '../cli.ts';

export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Of `--json`. */
  readonly answer: {
    readonly digest: string;
    readonly pushed: { readonly pinned: string; readonly blobs: readonly { readonly outcome: string }[] };
    readonly error: { readonly code: string; readonly message: string; readonly hint: string };
  } & Readonly<Record<string, unknown>>;
}

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
export const PUBLIC_KEY = String(publicKey.export({ type: 'spki', format: 'pem' }));
const ENVIRONMENT = {
  ...process.env,
  NO_COLOR: '1',
  PLIMSOLL_SIGNING_KEY: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
  // No login of whoever runs the tests.
  DOCKER_CONFIG: folder(),
};

/** The first time on a machine, 170 MB are fetched. */
const LIMIT_MILLIS = 600_000;

export function plimsoll(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { env: { ...ENVIRONMENT, ...env }, timeout: LIMIT_MILLIS, maxBuffer: 64 * 2 ** 20 };
    execFile(process.execPath, [BIN, ...args, '--json'], options, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ status, stdout, stderr, answer: parsed(stdout) as Ended['answer'] });
    });
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
