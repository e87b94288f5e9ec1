import { PlimsollError } from '../../../core/errors.ts';
import { GraphBuilder } from '../../../onnx/builder.ts';
import type { OnnxModel } from '../../../onnx/graph.ts';
import { AtenCall } from '../aten/call.ts';
import { AtenGraph } from '../aten/graph.ts';
import { atenOperator } from '../aten/table.ts';
import { type AtenValue, isValue, isValues } from '../aten/value.ts';
import { GraphOutputs } from '../outputs.ts';
import { CONVOLUTION_MODULES } from './convolution.ts';
import type { ModuleContext, ModuleInput, ModuleLayer } from './layer.ts';
import { RECURRENT_MODULES } from './recurrent.ts';
import { SIMPLE_LAYERS } from './simple.ts';
import { TRANSFORMER_LAYERS } from './transformer.ts';
import type { ModuleView } from './view.ts';

const OWN = 'torch.nn.modules.';
/** Modules in modules. */
const DEPTH = 64;

const sequential: ModuleLayer = {
  emit: (module, x, { run }) => module.children().reduce((value, child) => run(child.module, value), x),
  input: (module) => {
    for (const child of module.children()) {
      const input = inputOf(child.module);
      if (input !== null) return input;
    }
    return null;
  },
};

/** Classes of torch.nn that are compiled, by their names. */
export const TORCH_LAYERS: ReadonlyMap<string, ModuleLayer> = new Map<string, ModuleLayer>([
  ['Sequential', sequential],
  ...SIMPLE_LAYERS,
  ...CONVOLUTION_MODULES,
  ...RECURRENT_MODULES,
  ...TRANSFORMER_LAYERS,
]);

/** Hooks are code that runs around a module. */
const HOOKS = ['_forward_hooks', '_forward_pre_hooks'];

function layerOf(module: ModuleView): ModuleLayer {
  const name = module.className;
  const layer = name.startsWith(OWN) ? TORCH_LAYERS.get(name.slice(name.lastIndexOf('.') + 1)) : undefined;
  if (layer === undefined)
    throw name.startsWith(OWN)
      ? module.wrong('the class', name, 'classes of torch.nn that docs/operators.md lists are')
      : module.wrong(
          'its forward',
          `code of ${name}, which the file does not hold`,
          'classes of torch.nn that docs/operators.md lists are',
        );
  for (const hooks of HOOKS) {
    const count = module.hooks(hooks);
    if (count > 0) throw module.wrong(hooks, `${count} hooks, which are code`, 'modules without hooks are');
  }
  return layer;
}

function inputOf(module: ModuleView): ModuleInput | null {
  return layerOf(module).input?.(module) ?? null;
}

/**
 * A module whose classes are torch.nn's own, as a graph: what it takes is what its first layer says.
 *
 * @throws MODEL_UNSUPPORTED for a class, a hook or an attribute that is not compiled, with the module
 */
export function compileModule(root: ModuleView): OnnxModel {
  const g = new AtenGraph(new GraphBuilder('torch.nn'));
  const given = inputOf(root);
  if (given === null)
    throw root.wrong(
      'what it takes',
      'not said by any of its layers',
      'a module whose first layer says how many features it takes is',
    );
  g.builder.input('input', given.dtype, given.shape);
  const answer = new ModuleRun(g).run(root, { type: 'tensor', ...given, source: 'input' });
  const outputs = new GraphOutputs(g);
  const open: AtenValue[] = [answer];
  for (let value = open.shift(); value !== undefined; value = open.shift()) {
    if (isValues(value)) open.unshift(...value);
    else if (isValue(value, 'tensor')) outputs.add(value, null);
  }
  return outputs.build();
}

class ModuleRun implements ModuleContext {
  readonly g: AtenGraph;
  #depth = 0;

  constructor(g: AtenGraph) {
    this.g = g;
  }

  readonly run = (module: ModuleView, x: AtenValue): AtenValue => {
    this.#depth += 1;
    if (this.#depth > DEPTH)
      throw module.wrong('its depth', `more than ${DEPTH} modules`, 'modules that end are');
    const made = layerOf(module).emit(module, x, this);
    this.#depth -= 1;
    return made;
  };

  readonly call: ModuleContext['call'] = (module, name, given) => {
    const [base = name, overload = ''] = name.split('.');
    const operator = atenOperator(base, overload);
    if (operator === undefined)
      throw new PlimsollError('INTERNAL', { action: `a layer of ${name}`, reason: 'no such operator' });
    const place = {
      path: module.path === '' ? 'the model' : `module "${module.path}"`,
      name: module.className,
    };
    const known = Object.entries(given).filter(
      (entry): entry is [string, AtenValue] => entry[1] !== undefined,
    );
    return operator.emit(new AtenCall(this.g, place, new Map(known)));
  };
}
