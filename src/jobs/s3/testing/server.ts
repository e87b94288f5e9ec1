/** A server of S3 (moto) of one's own for tests; gone with the process that wanted it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { freePort } from '../../../../tools/free-port.ts';
import { preparePython } from '../../../../tools/python-environment.ts';

const LOCK = join(import.meta.dirname, '../../../../tools/s3/requirements.txt');
/** Runs the server until standard input closes. */
const WATCHED = '"$@" & cat > /dev/null; kill $!; wait';

/** Time limit of the hook that starts one: its environment is made once. */
export const S3_HOOK_MILLIS = 180_000;

export interface S3Server {
  readonly client: S3Client;
  /** Makes an empty bucket; answers `s3://BUCKET`. */
  bucket(): Promise<string>;
  /** What a URI needs behind it to reach this server. */
  readonly parameters: string;
  stop(): Promise<void>;
}

/** Starts a server, and sets the credentials that programs of Amazon's look for. */
export async function startS3(): Promise<S3Server> {
  const python = preparePython('s3', LOCK, 'moto.server');
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const command = [python, '-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)];
  const server = spawn('sh', ['-c', WATCHED, 'sh', ...command], { stdio: ['pipe', 'ignore', 'ignore'] });
  process.env['AWS_ACCESS_KEY_ID'] = 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true });
  let buckets = 0;
  const bucket = async (): Promise<string> => {
    const Bucket = `bucket-${++buckets}`;
    await client.send(new CreateBucketCommand({ Bucket }));
    return `s3://${Bucket}`;
  };
  await answering(bucket);
  return {
    client,
    bucket,
    parameters: `endpoint=${encodeURIComponent(endpoint)}&region=us-east-1`,
    stop: async () => {
      client.destroy();
      server.stdin.end();
      await once(server, 'exit');
    },
  };
}

async function answering(ask: () => Promise<unknown>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await ask();
      return;
    } catch (error) {
      if (tries === 200) throw error;
      await sleep(100);
    }
  }
}
