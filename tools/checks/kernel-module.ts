import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './project.ts';

/** Folders of kernels, and what each exports its bytes as. */
const KERNELS: ReadonlyMap<string, string> = new Map([
  ['src/engine/native/tree/kernel', 'KERNEL'],
  ['src/engine/native/catboost/kernel', 'CATBOOST_KERNEL'],
  ['src/engine/native/catboost/hash', 'HASH_KERNEL'],
  ['src/engine/native/point-sums', 'POINT_SUMS_KERNEL'],
  ['src/explain/trees/kernel', 'SHAPLEY_KERNEL'],
]);
export const KERNEL_FOLDERS: readonly string[] = [...KERNELS.keys()];
const SOURCE = 'kernel.as.ts';
/** Files that a kernel may be made of. */
const PART = /\.as\.ts$/;
/** Where a compiled kernel goes. */
export const kernelModuleOf = (folder: string): string => `${folder}/generated/bytes.ts`;
/** 100 MB that are fetched when the source has changed, and not before. */
const COMPILER = 'assemblyscript@0.28.20';
const FLAGS = [
  ...['--runtime', 'stub', '--importMemory', '--noExportMemory'],
  ...['--enable', 'simd', '-O3', '--noAssert'],
];

/** Of everything that the bytes follow from. */
function madeFrom(folder: string): string {
  const parts = readdirSync(join(ROOT, folder))
    .filter((name) => PART.test(name))
    .sort();
  const sources = parts.map((name) => readFileSync(join(ROOT, folder, name), 'utf8'));
  const digest = createHash('sha256')
    .update([COMPILER, ...FLAGS, ...sources].join('\0'))
    .digest('hex');
  return `of sha256 ${digest.slice(0, 32)}, by ${COMPILER}`;
}

/** The module that holds a folder's compiled kernel; what is there says what it was made from. */
export function kernelModule(folder: string): string {
  const path = join(ROOT, kernelModuleOf(folder));
  const there = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return there.includes(madeFrom(folder)) ? there : compiledKernel(folder);
}

/** `kernel.as.ts` by AssemblyScript, as base64. */
export function compiledKernel(folder: string): string {
  const scratch = mkdtempSync(join(tmpdir(), 'plimsoll-kernel-'));
  try {
    const out = join(scratch, 'kernel.wasm');
    const compile = ['asc', SOURCE, '--outFile', out, ...FLAGS];
    execFileSync('npx', ['--yes', '--package', COMPILER, '--', ...compile], {
      cwd: join(ROOT, folder),
      stdio: ['ignore', 2, 2],
    });
    return written(folder, readFileSync(out).toString('base64'));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const written = (folder: string, text: string): string =>
  [
    `/** What AssemblyScript makes of \`${SOURCE}\`, as base64: \`npm run ok:generated:fix\` writes it.`,
    ` * Made ${madeFrom(folder)}. */`,
    `export const ${KERNELS.get(folder)} = [`,
    ...text.match(/.{1,100}/g)!.map((line) => `  '${line}',`),
    "].join('');",
    '',
  ].join('\n');
