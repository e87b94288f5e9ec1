/** The real container of a version, started without an image: what `package vertex` wrote, and how it is launched. */
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Launch, processes } from '../../tools/clouds/google/containers.ts';
import { BIN, example, ROOT, runWith } from '../cli.ts';
import { imageOf } from './deployment.ts';

export const ROWS = [
  [42, 29.5, 3, 'basic', 'card'],
  [null, 90, 48, 'pro', 'invoice'],
];

export interface Packaged {
  /** What `package vertex` said, and where it wrote to. */
  readonly said: string;
  readonly document: string;
  /** What the model answers to `ROWS` on this machine. */
  readonly local: unknown;
  /** Starts the version for the images that are named; others do not exist. */
  launch(...images: readonly string[]): Launch;
  remove(): void;
}

export function packagedChurn(): Packaged {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-vertex-'));
  const [data, document, rows] = ['data', 'vertex', 'rows.json'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const run = (...args: readonly string[]): string => {
    const { status, stdout, stderr } = runWith(process.execPath, [BIN, ...args]);
    if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stdout}${stderr}`);
    return stdout;
  };
  const place = ['--project', 'acme-ml', '--location', 'europe-west4', '--image', imageOf(1)];
  // An endpoint need not be called like its deployment.
  const names = ['--deployment', 'churn-prod', '--endpoint-id', 'churn'];
  const said = run(
    'package',
    'vertex',
    example('churn.joblib'),
    '--data',
    data,
    '--output',
    document,
    ...place,
    ...names,
  );
  writeFileSync(rows, JSON.stringify(ROWS));
  const local = JSON.parse(run('predict', example('churn.joblib'), '--input', rows, '--json')).outputs
    .predict;
  const bundles = join(folder, 'bundles');
  const [digest] = readdirSync(join(data, 'bundles'));
  cpSync(join(data, 'bundles', digest!), join(bundles, 'churn/1'), { recursive: true });
  const args = [join(ROOT, 'src/server/container/main.ts'), 'serve'];
  return {
    said,
    document,
    local,
    launch: (...images) =>
      processes((image) => (images.includes(image) ? { args, env: { PLIMSOLL_BUNDLES: bundles } } : null)),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
