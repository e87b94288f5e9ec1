import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { BIN, folder } from '../cli.ts';

/** What `package oci --json` answers. */
export interface Packaged {
  readonly output: string;
  readonly reference: string;
  readonly digest: string;
  readonly size: number;
  readonly sizeWithoutModel: number;
  readonly layers: readonly {
    readonly part: string;
    readonly digest: string;
    readonly diffId: string;
    readonly size: number;
  }[];
}

/** Where and by whom a command is run. */
export interface Surroundings {
  readonly umask?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
  readonly bin?: string;
}

/** The first time on a machine, 170 MB are fetched. */
const LIMIT_MILLIS = 600_000;

export interface Ended {
  readonly status: number | null;
  readonly answer: Packaged & {
    readonly error?: { readonly code: string; readonly message: string; readonly hint: string };
  };
}

/** Signatures under an image are those of a key; with another one, they are other bytes. */
const SIGNING_KEY = String(
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }),
);

/** Runs `package oci --json` in a new folder; a data folder is made anew, so that the file is proved again. */
export function packageOci(args: readonly string[], surroundings: Surroundings = {}): Ended {
  const { umask = '022', env = {}, uid, bin = BIN } = surroundings;
  const cwd = folder();
  if (uid !== undefined) spawnSync('chown', [String(uid), cwd]);
  const command = `umask ${umask}; exec "$@"`;
  const { status, stdout, stderr } = spawnSync(
    'sh',
    ['-c', command, 'sh', process.execPath, bin, 'package', 'oci', '--json', ...args],
    {
      cwd,
      encoding: 'utf8',
      timeout: LIMIT_MILLIS,
      env: { ...process.env, PLIMSOLL_SIGNING_KEY: SIGNING_KEY, ...env },
      ...(uid === undefined ? {} : { uid }),
    },
  );
  try {
    return { status, answer: JSON.parse(stdout) };
  } catch {
    throw new Error(`package oci ended with ${status}:\n${stdout}\n${stderr}`);
  }
}

/** The same, which has to end well. */
export function packaged(args: readonly string[], surroundings?: Surroundings): Packaged {
  const { status, answer } = packageOci(args, surroundings);
  if (status !== 0) throw new Error(JSON.stringify(answer));
  mkdirSync(dirname(answer.output), { recursive: true });
  return answer;
}
