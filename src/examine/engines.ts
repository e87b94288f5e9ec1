/** Which engines would run a model: found by preparing both, without a row. Pure. */
import { compileModel } from '../compile/compile.ts';
import { isPlimsollError } from '../core/errors.ts';
import { createNativeEngine } from '../engine/native/engine.ts';
import { prepareTextCounter } from '../engine/native/text/count.ts';
import type { ModelContent } from '../model/description.ts';

/** Whether one engine can run the model, and if not, why. */
export interface EngineReport {
  readonly runs: boolean;
  readonly reason: string | null;
}

export interface EngineReports {
  readonly native: EngineReport;
  readonly onnx: EngineReport;
}

const RUNS: EngineReport = { runs: true, reason: null };
const GRAPH_ALONE: EngineReport = { runs: false, reason: 'an ONNX graph runs in onnxruntime' };

/** What each engine makes of a model, wherever onnxruntime is installed. */
export function engineReports(content: ModelContent): EngineReports {
  if (content.kind === 'graph') return { native: GRAPH_ALONE, onnx: RUNS };
  return {
    native: attempt(() => createNativeEngine(content)),
    onnx: attempt(() => {
      // Texts are counted in front of the graph.
      for (const { step, input } of compileModel(content).prefix)
        if (step !== 'category-hash') prepareTextCounter(step, input);
    }),
  };
}

function attempt(build: () => unknown): EngineReport {
  try {
    build();
    return RUNS;
  } catch (error) {
    if (!isPlimsollError(error)) throw error;
    return { runs: false, reason: error.message };
  }
}
