import { isPlimsollError, type PlimsollError } from '../../../core/errors.ts';
import { GraphBuilder } from '../../../onnx/builder.ts';
import type { OnnxModel } from '../../../onnx/graph.ts';
import { AtenGraph } from '../aten/graph.ts';
import { GraphOutputs } from '../outputs.ts';
import type { ScriptArchive } from './archive.ts';
import { ScriptRaise } from './evaluate.ts';
import { GuessFailed, type InputGuess, ScriptInputs } from './inputs.ts';
import { ScriptRun } from './run.ts';
import { argumentValue, type ScriptSignature } from './signature.ts';
import { StoredValues } from './stored.ts';
import { ScriptTensor } from './tensor.ts';
import { isScript, type ScriptPlace, type ScriptValue, scriptItems, scriptUnsupported } from './value.ts';

/** What a model is compiled from. */
export interface ScriptModel {
  readonly archive: ScriptArchive;
  readonly signature: ScriptSignature;
}

/**
 * The graph of `forward`, with inputs taken to be what is said of them.
 *
 * @throws InputWanted, SizeLearned, GuessFailed, ScriptRaise where they are something else; MODEL_UNSUPPORTED, READ_LIMIT
 */
export function attemptScript(
  { archive, signature }: ScriptModel,
  guesses: ReadonlyMap<string, InputGuess>,
): OnnxModel {
  const g = new AtenGraph(new GraphBuilder('torch.jit'));
  const inputs = new ScriptInputs(guesses);
  const stored = new StoredValues(archive, g);
  const tensors = new Map(
    signature.names.map((name) => [name, inputTensor(g, name, inputs.get(name))] as const),
  );
  const args = signature.arguments.map((argument) =>
    argumentValue(argument, (name) => tensors.get(name) ?? null),
  );
  const run = new ScriptRun({ g, archive, stored, inputs });
  const outputs = new GraphOutputs(g);
  addOutputs(outputs, run.method(stored.module(), 'forward', args, { file: 'the model', line: 0 }), null);
  return outputs.build();
}

function inputTensor(g: AtenGraph, name: string, guess: InputGuess | undefined): ScriptTensor {
  if (guess === undefined) return new ScriptTensor(null, { stored: null, input: name });
  g.builder.input(name, guess.dtype, guess.shape);
  return new ScriptTensor({ type: 'tensor', ...guess, source: name });
}

/** Tensors of an answer in their order, under their keys where it is a dict or a tuple with names. */
function addOutputs(outputs: GraphOutputs, value: ScriptValue, name: string | null): void {
  if (isScript(value, 'ref')) {
    if (!value.isKnown) throw unsaidInputs(UNSAID, 'not said by any of its layers');
    outputs.add(value.value, name);
    return;
  }
  if (isScript(value, 'unknown'))
    throw scriptUnsupported(
      { file: value.from, line: 0 },
      'a branch',
      'a condition that is decided with each call',
      'conditions that are known as the model is loaded are',
    );
  if (isScript(value, 'dict'))
    for (const [key, item] of value.entries) addOutputs(outputs, item, typeof key === 'string' ? key : null);
  const names = isScript(value, 'tuple') ? value.names : null;
  for (const [i, item] of (scriptItems(value) ?? []).entries()) addOutputs(outputs, item, names?.[i] ?? null);
}

const UNSAID: ScriptPlace = { file: 'the model', line: 0 };

/** What a scripted module takes stands nowhere in it where its layers do not tell. */
export const unsaidInputs = (place: ScriptPlace, found: string): PlimsollError =>
  scriptUnsupported(
    place,
    'what it takes',
    found,
    'a model traced with an example (torch.jit.trace(model.eval(), arguments)), or one whose first layers say their sizes,',
  );

/** Whether inputs of other sizes may fare better. An operator that is not known is not known whatever it is given. */
export const isAboutInputs = (error: unknown): boolean =>
  error instanceof GuessFailed ||
  error instanceof ScriptRaise ||
  (isPlimsollError(error) && error.code === 'MODEL_UNSUPPORTED' && error.details['field'] !== 'the operator');

/** The refusal of a model that no inputs fit. */
export function inputRefusal(error: unknown): PlimsollError {
  if (isPlimsollError(error)) return error;
  const isPlaced = error instanceof GuessFailed || error instanceof ScriptRaise;
  return unsaidInputs(
    isPlaced ? error.place : UNSAID,
    isPlaced ? error.message.slice(0, 200) : 'not said by any of its layers',
  );
}
