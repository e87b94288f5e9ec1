/**
 * Brings the files that the docs pages load, of packages whose other 100 MB nobody here needs: of each, these files, its licence,
 * and what it says of itself. `node tools/vendor.ts` writes `vendor/`; `npm run test:long` compares it with what is published.
 */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { packagesIn } from './bundled.ts';

const VENDOR = join(import.meta.dirname, '../vendor');

/** Exact versions, and paths in the package. */
const VENDORED: Readonly<Record<string, readonly string[]>> = {
  'redoc@2.5.4': ['bundles/redoc.standalone.js'],
  'swagger-ui-dist@5.35.0': [
    ...['swagger-ui.css', 'swagger-ui-bundle.js'],
    ...['favicon-32x32.png', 'favicon-16x16.png'],
  ],
};

/** Every file of `vendor/` by its path there, as it should be. */
export function vendoredFiles(): ReadonlyMap<string, Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-vendor-'));
  try {
    return new Map(
      Object.entries(VENDORED).flatMap(([spec, files]) => [...filesOf(unpacked(folder, spec), files)]),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The folder of a package as it is published. */
function unpacked(folder: string, spec: string): string {
  const flags = ['--silent', '--ignore-scripts', '--pack-destination', folder];
  const archive = execFileSync('npm', ['pack', ...flags, spec], { encoding: 'utf8' }).trim();
  const into = join(folder, spec.split('@')[0]!);
  mkdirSync(into);
  execFileSync('tar', ['-xzf', join(folder, archive), '--strip-components=1', '-C', into]);
  return into;
}

function filesOf(from: string, files: readonly string[]): ReadonlyMap<string, Buffer> {
  const manifest = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')) as Record<string, string>;
  const { name, version, license } = manifest;
  const contains = packagesIn(files.map((file) => join(from, `${file}.map`))).filter((one) => one !== name);
  const licences = readdirSync(from).filter((file) => /^(licen[cs]e|notice)/i.test(file));
  const notices = files.map((file) => `${file}.LICENSE.txt`).filter((file) => existsSync(join(from, file)));
  return new Map([
    [
      `${name}/package.json`,
      Buffer.from(`${JSON.stringify({ name, version, license, contains }, null, 2)}\n`),
    ],
    ...[...licences, ...files, ...notices].map(
      (file) => [`${name}/${basename(file)}`, readFileSync(join(from, file))] as const,
    ),
  ]);
}

if (import.meta.main) {
  rmSync(VENDOR, { recursive: true, force: true });
  for (const [path, bytes] of vendoredFiles()) {
    mkdirSync(join(VENDOR, path, '..'), { recursive: true });
    writeFileSync(join(VENDOR, path), bytes);
  }
}
