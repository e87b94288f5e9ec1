import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';
import { ROOT } from './project.ts';

const FOLDER = 'src/engine/native/tree/kernel';
const SOURCE = 'kernel.as.ts';
/** Where the compiled kernel goes. */
export const KERNEL_MODULE = `${FOLDER}/generated/bytes.ts`;
const FLAGS = [
  '--runtime',
  'stub',
  '--importMemory',
  '--noExportMemory',
  '--enable',
  'simd',
  '-O3',
  '--noAssert',
];

/** The module that holds the compiled kernel of batch scoring: `kernel.as.ts` by AssemblyScript, as base64. */
export async function kernelModule(): Promise<string> {
  const written = new Map<string, string | Uint8Array>();
  const { error, stderr } = await asc.main([SOURCE, '--outFile', 'kernel.wasm', ...FLAGS], {
    readFile: (file) => (file === SOURCE ? readFileSync(join(ROOT, FOLDER, SOURCE), 'utf8') : null),
    writeFile: (file, contents) => void written.set(file, contents),
    listFiles: () => [],
  });
  if (error !== null) throw new Error(`${SOURCE} does not compile: ${stderr.toString()}`);
  const text = Buffer.from(written.get('kernel.wasm') as Uint8Array).toString('base64');
  const lines = text.match(/.{1,100}/g)!.map((line) => `  '${line}',`);
  return [
    `/** What AssemblyScript makes of \`${SOURCE}\`, as base64: \`npm run ok:generated:fix\` writes it. */`,
    'export const KERNEL = [',
    ...lines,
    "].join('');",
    '',
  ].join('\n');
}
