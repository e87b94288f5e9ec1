import { partError } from '../../core/parts.ts';

export type OnnxRuntime = typeof import('onnxruntime-node');

/**
 * onnxruntime is loaded at the first graph: a process that serves native models only never pays for it. Throws PART_MISSING,
 * PART_UNUSABLE.
 */
export async function loadRuntime(): Promise<OnnxRuntime> {
  try {
    return await import('onnxruntime-node');
  } catch (error) {
    throw partError(error) ?? error;
  }
}
