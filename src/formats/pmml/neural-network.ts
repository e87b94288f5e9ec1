import {
  PMML_ACTIVATIONS,
  type PmmlLayer,
  type PmmlNeuralNetwork,
  type PmmlNeuron,
} from '../../model/pmml/distances.ts';
import { type PmmlValue, pmmlLiteral } from '../../model/pmml/value.ts';
import { checkCount } from './array.ts';
import { expressionIn, readExpressionOf } from './expression.ts';
import type { ModelPlace } from './place.ts';
import type { XmlElement } from './xml.ts';

const NORMALIZATIONS = ['none', 'simplemax', 'softmax'] as const;

/** `NeuralNetwork`: layers of neurons between inputs and outputs, each found by its id. */
export function readNeuralNetwork(place: ModelPlace): PmmlNeuralNetwork {
  const { element, document, scope, task } = place;
  const { program } = document;
  const { reading } = program;
  const neurons = new Map<string, number>();
  const add = (owner: XmlElement): void => {
    const id = reading.text(owner, 'id');
    if (neurons.has(id))
      throw reading.invalid(owner, 'id', `"${id}", which an earlier neuron has`, 'an id of its own');
    neurons.set(id, neurons.size);
  };
  const list = reading.required(element, 'NeuralInputs');
  const inputs = reading.all(list, 'NeuralInput').map((input) => {
    add(input);
    const derived = reading.required(input, 'DerivedField');
    const field = program.field(derived, () => {
      const expression = readExpressionOf(scope, derived);
      return {
        kind: 'derived',
        name: reading.text(input, 'id'),
        type: reading.type(derived, expression.type),
        expression,
      };
    });
    return program.refer(field, input);
  });
  checkCount(reading, list, 'numberOfInputs', inputs.length);
  const layers = reading.all(element, 'NeuralLayer').map((layer) => {
    const read = readLayer(place, layer, neurons);
    for (const neuron of reading.all(layer, 'Neuron')) add(neuron);
    return read;
  });
  checkCount(reading, element, 'numberOfLayers', layers.length);
  const outputs = reading
    .all(reading.required(element, 'NeuralOutputs'), 'NeuralOutput')
    .map((output) => readOutputNeuron(place, output, neurons));
  const base = place.base(task === 'classification' ? outputs.map(({ value }) => value) : []);
  if (outputs.length === 0 || (task === 'regression' && outputs.length !== 1))
    throw reading.unsupported(
      element,
      'NeuralOutput',
      String(outputs.length),
      task === 'regression' ? 'one is' : 'one or more are',
    );
  return {
    ...base,
    kind: 'neural-network',
    inputs,
    layers,
    outputs: outputs.map(({ value, ...rest }) => ({
      ...rest,
      class: task === 'classification' ? base.classes.indexOf(value) : -1,
    })),
  };
}

function readLayer(
  { element, document }: ModelPlace,
  layer: XmlElement,
  known: ReadonlyMap<string, number>,
): PmmlLayer {
  const { reading } = document.program;
  // What a layer does not say, the network says for all.
  const of = (name: string): XmlElement => (reading.attribute(layer, name) === null ? element : layer);
  const neurons = reading.all(layer, 'Neuron');
  checkCount(reading, layer, 'numberOfNeurons', neurons.length);
  const width = reading.number(of('width'), 'width', 1);
  return {
    activation: reading.choice(of('activationFunction'), 'activationFunction', PMML_ACTIVATIONS, null),
    threshold: reading.number(of('threshold'), 'threshold', 0),
    leakage: reading.number(of('leakage'), 'leakage', 0),
    altitude: reading.number(of('altitude'), 'altitude', 1),
    normalization: reading.choice(of('normalizationMethod'), 'normalizationMethod', NORMALIZATIONS, 'none'),
    neurons: neurons.map((neuron): PmmlNeuron => {
      const connections = reading.all(neuron, 'Con');
      const from = Int32Array.from(connections, (connection) =>
        neuronAt(document.program.reading, connection, 'from', known),
      );
      return {
        bias: reading.number(neuron, 'bias', 0),
        width: reading.number(neuron, 'width', width),
        from,
        weights: Float64Array.from(connections, (connection) => reading.requiredNumber(connection, 'weight')),
      };
    }),
  };
}

function neuronAt(
  reading: ModelPlace['document']['program']['reading'],
  element: XmlElement,
  attribute: string,
  known: ReadonlyMap<string, number>,
): number {
  const id = reading.text(element, attribute);
  const found = known.get(id);
  if (found === undefined)
    throw reading.invalid(element, attribute, `"${id}"`, 'the id of an earlier neuron');
  return found;
}

/** What the output neuron stands for: a class by `NormDiscrete`, or a number that `NormContinuous` scaled. */
function readOutputNeuron(place: ModelPlace, element: XmlElement, known: ReadonlyMap<string, number>) {
  const { task, target, scope } = place;
  const { reading } = place.document.program;
  const neuron = neuronAt(reading, element, 'outputNeuron', known);
  const own = expressionIn(reading, reading.required(element, 'DerivedField'));
  const expression = own === null ? null : behind(place, own, scope);
  const none = { neuron, value: null as PmmlValue, orig: new Float64Array(0), norm: new Float64Array(0) };
  const name = expression === null ? '' : reading.nameOf(expression);
  if (expression !== null && task === 'classification' && name === 'NormDiscrete') {
    const text = reading.text(expression, 'value');
    return { ...none, value: pmmlLiteral(text, target.type) ?? text };
  }
  if (expression !== null && task === 'regression' && name === 'FieldRef') return none;
  if (expression !== null && task === 'regression' && name === 'NormContinuous') {
    const points = reading.all(expression, 'LinearNorm');
    const orig = Float64Array.from(points, (point) => reading.requiredNumber(point, 'orig'));
    const norm = Float64Array.from(points, (point) => reading.requiredNumber(point, 'norm'));
    if (points.length < 2)
      throw reading.invalid(expression, 'LinearNorm', String(points.length), 'two or more');
    return { ...none, orig, norm };
  }
  throw reading.unsupported(
    element,
    'the output',
    name === '' ? 'missing' : `<${name}>`,
    task === 'classification' ? 'NormDiscrete is' : 'FieldRef and NormContinuous are',
  );
}

/** The expression that a reference to a derived field of the target stands for. */
function behind({ document }: ModelPlace, expression: XmlElement, scope: ModelPlace['scope']): XmlElement {
  const { reading } = document.program;
  if (reading.nameOf(expression) !== 'FieldRef') return expression;
  const defined = scope.definition(reading.text(expression, 'field'));
  return (defined === null ? null : expressionIn(reading, defined)) ?? expression;
}
