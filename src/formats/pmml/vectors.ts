import type { PmmlKernel, PmmlMachine, PmmlVectorModel } from '../../model/pmml/distances.ts';
import type { PmmlValue } from '../../model/pmml/value.ts';
import { arrayNumbers, checkCount, sparseNumbers } from './array.ts';
import { numericField } from './expression.ts';
import { classNamed, type ModelPlace } from './place.ts';
import { literalOf } from './predicate.ts';
import type { XmlElement } from './xml.ts';

const KERNELS = ['LinearKernelType', 'PolynomialKernelType', 'RadialBasisKernelType', 'SigmoidKernelType'];

/** `SupportVectorMachineModel`, by support vectors or by coefficients of the fields. */
export function readVectorModel(place: ModelPlace): PmmlVectorModel {
  const { element, document, task } = place;
  const { reading } = document.program;
  const dictionary = reading.required(element, 'VectorDictionary');
  const fields = readFields(place, reading.required(dictionary, 'VectorFields'));
  const instances = reading.all(dictionary, 'VectorInstance');
  checkCount(reading, dictionary, 'numberOfVectors', instances.length);
  const ids = new Map(instances.map((instance, i) => [reading.text(instance, 'id'), i]));
  const machines = reading.all(element, 'SupportVectorMachine');
  const binary = reading.attribute(element, 'alternateBinaryTargetCategory') !== null;
  const named = (machine: XmlElement, attribute: string): PmmlValue =>
    reading.attribute(machine, attribute) === null ? null : classNamed(place, machine, attribute);
  const pairs = machines.map((machine) => [
    named(machine, 'targetCategory'),
    binary ? named(element, 'alternateBinaryTargetCategory') : named(machine, 'alternateTargetCategory'),
  ]);
  const base = place.base(task === 'classification' ? pairs.flat().filter((value) => value !== null) : []);
  if (task === 'regression' ? machines.length !== 1 : machines.length === 0)
    throw reading.invalid(
      element,
      'SupportVectorMachine',
      String(machines.length),
      task === 'regression' ? 'one' : 'one or more',
    );
  const threshold = reading.number(element, 'threshold', 0);
  const method =
    task === 'classification'
      ? reading.choice(
          element,
          'classificationMethod',
          ['OneAgainstAll', 'OneAgainstOne'] as const,
          'OneAgainstAll',
        )
      : 'OneAgainstAll';
  const read = machines.map((machine, i): PmmlMachine => {
    const [own = null, alternate = null] = pairs[i] ?? [];
    const needs =
      task === 'classification' && (own === null || (method === 'OneAgainstOne' && alternate === null));
    if (needs) throw reading.invalid(machine, 'targetCategory', 'missing', 'the classes that it tells apart');
    return {
      class: base.classes.indexOf(own),
      alternate: base.classes.indexOf(alternate),
      threshold: reading.number(machine, 'threshold', threshold),
      ...readMachine(place, machine, ids, fields.length),
    };
  });
  return {
    ...base,
    kind: 'support-vector-machine',
    kernel: readKernel(place),
    fields,
    vectors: instances.map((instance) => readInstance(place, instance, fields.length)),
    machines: read,
    method,
    maxWins: reading.attribute(element, 'maxWins') === 'true',
    binary,
  };
}

function readFields({ scope, document }: ModelPlace, element: XmlElement): PmmlVectorModel['fields'] {
  const { reading } = document.program;
  const fields = reading.children(element).map((child) => {
    if (reading.nameOf(child) === 'FieldRef') return { field: numericField(scope, child), value: null };
    if (reading.nameOf(child) !== 'CategoricalPredictor')
      throw reading.unknownElement(child, 'FieldRef, CategoricalPredictor');
    const attribute = reading.attribute(child, 'field') === null ? 'name' : 'field';
    const field = scope.resolve(child, reading.text(child, attribute));
    return { field, value: literalOf(scope, child, field, 'value', reading.text(child, 'value')) };
  });
  checkCount(reading, element, 'numberOfFields', fields.length);
  return fields;
}

function readInstance({ document }: ModelPlace, element: XmlElement, width: number): Float64Array {
  const { reading } = document.program;
  const sparse = reading.child(element, 'REAL-SparseArray');
  if (sparse !== null) return sparseNumbers(reading, sparse, width);
  const numbers = arrayNumbers(reading, reading.required(element, 'Array'));
  if (numbers.length !== width)
    throw reading.invalid(element, 'Array', `${numbers.length} long`, `${width} long, one for each field`);
  return numbers;
}

function readMachine(
  { document }: ModelPlace,
  element: XmlElement,
  ids: ReadonlyMap<string, number>,
  width: number,
): Pick<PmmlMachine, 'intercept' | 'coefficients' | 'vectors'> {
  const { reading } = document.program;
  const list = reading.required(element, 'Coefficients');
  const coefficients = Float64Array.from(reading.all(list, 'Coefficient'), (one) =>
    reading.number(one, 'value', 0),
  );
  const intercept = reading.number(list, 'absoluteValue', 0);
  const support = reading.child(element, 'SupportVectors');
  const vectors =
    support &&
    Int32Array.from(reading.all(support, 'SupportVector'), (vector) => {
      const at = ids.get(reading.text(vector, 'vectorId'));
      if (at === undefined)
        throw reading.invalid(
          vector,
          'vectorId',
          `"${reading.text(vector, 'vectorId')}"`,
          'the id of a VectorInstance',
        );
      return at;
    });
  const wanted = vectors?.length ?? width;
  if (coefficients.length !== wanted)
    throw reading.invalid(list, 'Coefficient', String(coefficients.length), `${wanted}, one for each vector`);
  return { intercept, coefficients, vectors };
}

function readKernel({ element, document }: ModelPlace): PmmlKernel {
  const { reading } = document.program;
  const found = reading.children(element).find((child) => KERNELS.includes(reading.nameOf(child)));
  if (found === undefined)
    throw reading.unsupported(element, 'the kernel', 'missing', `${KERNELS.join(', ')} are`);
  const gamma = reading.number(found, 'gamma', 1);
  const coef0 = reading.number(found, 'coef0', 1);
  switch (reading.nameOf(found)) {
    case 'PolynomialKernelType':
      return { kind: 'polynomial', gamma, coef0, degree: reading.number(found, 'degree', 1) };
    case 'RadialBasisKernelType':
      return { kind: 'radialBasis', gamma };
    case 'SigmoidKernelType':
      return { kind: 'sigmoid', gamma, coef0 };
    default:
      return { kind: 'linear' };
  }
}
