/** Programs that run beside the account they talk to, which lives in this process. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { processHost } from '../../tools/clouds/aws/container.ts';
import { AWS_LOCK } from '../../tools/clouds/aws/generate.ts';
import { preparePython } from '../../tools/python-environment.ts';
import { BIN, type Finished, ROOT } from '../cli.ts';
import { REGION } from './deployment.ts';

const LIMIT_MILLIS = 120_000;
const run = promisify(execFile);

/** Containers as processes of this checkout. */
export const containers = () =>
  processHost([process.execPath, join(ROOT, 'src/server/container/main.ts'), 'serve']);

/** Runs the real binary to its end, against the account at `url`. */
export async function plimsollAt(url: string, ...args: readonly string[]): Promise<Finished> {
  const options = { timeout: LIMIT_MILLIS, env: { ...process.env, NO_COLOR: '1', AWS_ENDPOINT_URL: url } };
  try {
    const { stdout, stderr } = await run(process.execPath, [BIN, ...args], options);
    return { status: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { status: code, stdout, stderr };
  }
}

/** What boto3 says to the verbs of boto.py. */
export async function boto(
  url: string,
  folder: string,
  ...verbs: readonly string[]
): Promise<readonly unknown[]> {
  const python = preparePython('s3', AWS_LOCK, 'moto.server');
  const args = [join(import.meta.dirname, 'boto.py'), url, REGION, folder, ...verbs];
  const { stdout } = await run(python, args, { timeout: LIMIT_MILLIS, env: process.env });
  return JSON.parse(stdout);
}
