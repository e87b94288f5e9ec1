import { answerParent } from './child.ts';
import { loadBundle } from './load.ts';
import type { Runtime } from './version.ts';
import type { WarmRequest, WarmResult } from './warm.ts';

/** Entry of the short-lived process that loads one accepted bundle as a server would, and measures what it takes. */
answerParent<WarmRequest, never>(
  'warming up',
  async ({ bundle, model, runtime, graph }): Promise<WarmResult> => {
    await loadCode(runtime, graph);
    // Without `--expose-gc` there is no telling what is garbage of starting.
    globalThis.gc?.();
    const before = process.memoryUsage.rss();
    const start = performance.now();
    const { engine } = await loadBundle(bundle, model);
    const millis = performance.now() - start;
    globalThis.gc?.();
    const residentBytes = Math.max(0, process.memoryUsage.rss() - before);
    const peakBytes = Math.max(residentBytes, process.resourceUsage().maxRSS * 1024 - before);
    await engine.close();
    return { millis, residentBytes, peakBytes };
  },
);

/** The code of an engine is there once in a process, however many versions it serves: it is no part of one's size. */
async function loadCode(runtime: Runtime, graph: boolean): Promise<void> {
  if (!graph && runtime === 'native') await import('../engine/native/engine.ts');
  else {
    await import('../engine/onnx/engine.ts');
    await import('onnxruntime-node');
  }
}
