/**
 * Starts the fake by hand: `node tools/clouds/google/main.ts --port 8765 [--bundles DIR]`.
 * With --bundles every image is the container of this checkout over that tree of bundles.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { processes } from './containers.ts';
import { startFake } from './fake.ts';

const { values } = parseArgs({
  options: { port: { type: 'string' }, bundles: { type: 'string' } },
});
const main = join(import.meta.dirname, '../../../src/server/container/main.ts');
const { bundles } = values;
const fake = await startFake({
  port: Number(values.port ?? 0),
  ...(bundles === undefined
    ? {}
    : { launch: processes(() => ({ args: [main, 'serve'], env: { PLIMSOLL_BUNDLES: bundles } })) }),
});
console.log(`Vertex AI (fake): ${fake.url}`);
process.once('SIGINT', () => void fake.stop());
process.once('SIGTERM', () => void fake.stop());
