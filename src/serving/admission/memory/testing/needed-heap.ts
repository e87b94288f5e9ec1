import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Heap of a process that does nothing, and what V8 needs to compact the rest; measured. */
const REST = 32 << 20;

/** Whether a process whose heap is limited to an estimate of a hostile body parses it, or dies of it. For tests. */
export function neededHeap(form: 'json' | 'csv', name: string, size: number, heap: number): string {
  const limit = `--max-old-space-size=${Math.ceil((REST + heap) / 2 ** 20)}`;
  const child = join(import.meta.dirname, 'parse.child.ts');
  const { status, stderr } = spawnSync(process.execPath, [limit, child, form, name, String(size)], {
    encoding: 'utf8',
  });
  return status === 0 ? 'enough' : `${limit} ends with ${status}: ${stderr.slice(0, 400)}`;
}
