import type { ModelDescription, OutlineNode, ReadNote } from '../../../model/description.ts';
import { describeCompiled } from '../../onnx/compiled.ts';
import { className, objectState } from '../../pickle/access.ts';
import { isType, type PyObject, type PyValue } from '../../pickle/value.ts';
import { tensorNode } from '../outline.ts';
import { savedTensor } from '../save/stored-tensor.ts';
import type { ScriptArchive } from './archive.ts';
import { compileScript } from './compile.ts';

/** Modules in modules that an outline shows, and parts of all of them. */
const SHOWN = { depth: 20, parts: 1000 };

/** An archive of TorchScript: its modules and tensors, and the graph of its `forward`. */
export function describeScript(archive: ScriptArchive, bytes: Uint8Array): ModelDescription {
  const { root } = archive.data;
  const known = {
    format: 'torch',
    framework: { name: 'torch', version: null },
    outline: isType(root, 'object')
      ? new ScriptOutline(archive).node(root, '', 0)
      : { path: '', class: 'torch.jit', offset: 0, params: {}, children: [] },
    notes: notesOn(root),
    globals: archive.globals,
  };
  return describeCompiled(() => compileScript(archive), known, bytes);
}

const notesOn = (root: PyValue): readonly ReadNote[] =>
  isType(root, 'object') && objectState(root).get('training') === true
    ? [{ level: 'info', text: 'Saved in training mode: it answers as after model.eval()' }]
    : [];

/** `__torch__.torch.nn.modules.conv.___torch_mangle_28.Conv2d` as people know it. */
const plainName = (name: string): string =>
  name.replace(/^__torch__\./, '').replaceAll(/\.?___torch_mangle_\d+/g, '');

class ScriptOutline {
  readonly #archive: ScriptArchive;
  #parts = 0;

  constructor(archive: ScriptArchive) {
    this.#archive = archive;
  }

  node(object: PyObject, path: string, depth: number): OutlineNode {
    const children: OutlineNode[] = [];
    for (const [name, value] of depth > SHOWN.depth ? [] : objectState(object)) {
      const full = path === '' ? name : `${path}.${name}`;
      const child = this.#child(value, full, depth);
      if (child !== null) children.push(child);
    }
    return { path, class: plainName(className(object)), offset: object.offset, params: {}, children };
  }

  #child(value: PyValue, path: string, depth: number): OutlineNode | null {
    if (!isType(value, 'object') || this.#parts >= SHOWN.parts) return null;
    this.#parts += 1;
    const tensor = savedTensor(value, this.#archive.data.storages, path);
    if (tensor !== null) return tensorNode(path, 'tensor', tensor.dtype, tensor.shape);
    return value.cls.module.startsWith('__torch__') ? this.node(value, path, depth + 1) : null;
  }
}
