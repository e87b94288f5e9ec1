/**
 * `node tools/clouds/aws/main.ts --port 4600`: the services of tools/clouds/aws, to try deployments by hand. Containers are
 * processes of this checkout.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { processHost } from './container.ts';
import { startAws } from './server.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4600' },
    takes: { type: 'string', default: '2000' },
    bucket: { type: 'string', default: 'models' },
    'no-containers': { type: 'boolean', default: false },
  },
});
const CONTAINER = join(import.meta.dirname, '../../../src/server/container/main.ts');
const containers = values['no-containers'] ? null : processHost([process.execPath, CONTAINER, 'serve']);
const aws = await startAws({ takesMillis: Number(values.takes), containers }, Number(values.port));
aws.world.buckets.set(values.bucket, new Map());
console.log(
  `AWS_ENDPOINT_URL=${aws.url}  (bucket ${values.bucket}, account ${aws.world.account}, ${aws.world.region})`,
);
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void aws.close().then(() => process.exit(0)));
