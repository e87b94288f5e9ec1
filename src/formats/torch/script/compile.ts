import { GraphBuilder } from '../../../onnx/builder.ts';
import type { OnnxModel } from '../../../onnx/graph.ts';
import { AtenGraph } from '../aten/graph.ts';
import type { ScriptArchive } from './archive.ts';
import { compileGuessed } from './guessed.ts';
import { ScriptSignature } from './signature.ts';
import { StoredValues } from './stored.ts';
import type { ScriptStatement } from './syntax.ts';
import { compileTraced } from './traced.ts';
import { scriptUnsupported } from './value.ts';

/** Operators that take steps: code of frozen models asks for the axes before it comes to them. */
const STEPS = /^(?:lstm|gru|rnn_tanh|rnn_relu|scaled_dot_product_attention|_native_multi_head_attention)$/;

/** Whether statements call an operator of steps. */
const takesSteps = (statements: readonly ScriptStatement[]): boolean =>
  statements.some((statement) => {
    if (statement.kind === 'if') return takesSteps([...statement.then, ...statement.otherwise]);
    const value = statement.kind === 'assign' || statement.kind === 'expression' ? statement.value : null;
    return value?.kind === 'call' && value.callee.kind === 'attribute' && STEPS.test(value.callee.name);
  });

/**
 * A module of TorchScript as a graph: its `forward`, with all methods in place of their calls. What it takes is what it
 * was traced with, or what its first layers say; the batch is free.
 *
 * @throws MODEL_UNSUPPORTED for an operator or a piece of code that is not compiled, with file and line; READ_LIMIT
 */
export function compileScript(archive: ScriptArchive): OnnxModel {
  archive.requireVersion();
  const module = new StoredValues(archive, new AtenGraph(new GraphBuilder('torch.jit'))).module();
  const forward = module.cls.methods.get('forward');
  if (forward === undefined)
    throw scriptUnsupported(
      { file: 'the model', line: 0 },
      'forward',
      `missing in ${module.className}`,
      'modules with one are',
    );
  const signature = new ScriptSignature(forward, archive);
  const { recorded } = signature;
  return recorded === null
    ? compileGuessed({ archive, signature }, takesSteps(forward.body))
    : compileTraced({ archive, signature }, recorded);
}
