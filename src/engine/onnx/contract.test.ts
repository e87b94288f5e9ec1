import { compileModel } from '../../compile/compile.ts';
import type { ModelContent } from '../../model/description.ts';
import { encodeModel } from '../../onnx/encode.ts';
import { engineContract } from '../testing/contract.ts';
import { createOnnxEngine, type OnnxEngineOptions } from './engine.ts';

function compiled(content: Extract<ModelContent, { kind: 'steps' }>): OnnxEngineOptions {
  const { model, prefix, columns, refused } = compileModel(content);
  return { onnx: encodeModel(model), signature: content.signature, prefix, columns, refused };
}

engineContract({ name: 'the onnx engine', create: (content) => createOnnxEngine(compiled(content)) });
