import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './project.ts';

const FOLDER = 'src/engine/native/tree/kernel';
const SOURCE = 'kernel.as.ts';
/** Where the compiled kernel goes. */
export const KERNEL_MODULE = `${FOLDER}/generated/bytes.ts`;
/** 100 MB that are fetched when the source has changed, and not before. */
const COMPILER = 'assemblyscript@0.28.20';
const FLAGS = [
  ...['--runtime', 'stub', '--importMemory', '--noExportMemory'],
  ...['--enable', 'simd', '-O3', '--noAssert'],
];

/** Of everything that the bytes follow from. */
function madeFrom(): string {
  const source = readFileSync(join(ROOT, FOLDER, SOURCE), 'utf8');
  const digest = createHash('sha256')
    .update([COMPILER, ...FLAGS, source].join('\0'))
    .digest('hex');
  return `of sha256 ${digest.slice(0, 32)}, by ${COMPILER}`;
}

/** The module that holds the compiled kernel of batch scoring; what is there says what it was made from. */
export function kernelModule(): string {
  const there = readFileSync(join(ROOT, KERNEL_MODULE), 'utf8');
  return there.includes(madeFrom()) ? there : compiledKernel();
}

/** `kernel.as.ts` by AssemblyScript, as base64. */
export function compiledKernel(): string {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-kernel-'));
  try {
    const out = join(folder, 'kernel.wasm');
    const compile = ['asc', SOURCE, '--outFile', out, ...FLAGS];
    execFileSync('npx', ['--yes', '--package', COMPILER, '--', ...compile], {
      cwd: join(ROOT, FOLDER),
      stdio: ['ignore', 2, 2],
    });
    return written(readFileSync(out).toString('base64'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const written = (text: string): string =>
  [
    `/** What AssemblyScript makes of \`${SOURCE}\`, as base64: \`npm run ok:generated:fix\` writes it.`,
    ` * Made ${madeFrom()}. */`,
    'export const KERNEL = [',
    ...text.match(/.{1,100}/g)!.map((line) => `  '${line}',`),
    "].join('');",
    '',
  ].join('\n');
