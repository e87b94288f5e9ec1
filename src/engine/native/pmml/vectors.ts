import type { PmmlKernel, PmmlMachine, PmmlVectorModel } from '../../../model/pmml/distances.ts';
import { emptyResult, type PmmlResult, type PmmlState } from './state.ts';
import { setNumber } from './target.ts';

type Vector = Float64Array;

export function prepareVectorModel(state: PmmlState, model: PmmlVectorModel): () => PmmlResult {
  const { fields, machines, vectors } = model;
  const kernel = kernelOf(model.kernel);
  const input = new Float64Array(fields.length);
  /** The kernel of the input with each vector: machines share vectors. */
  const products = new Float64Array(vectors.length);
  const result = emptyResult();
  const read = (): boolean => {
    for (let i = 0; i < fields.length; i++) {
      const { field, value } = fields[i]!;
      const found = state.field(field);
      if (found === null) return false;
      input[i] = value === null ? Number(found) : found === value ? 1 : 0;
    }
    for (let i = 0; i < vectors.length; i++) products[i] = kernel(input, vectors[i]!);
    return true;
  };
  const decision = (machine: PmmlMachine): number => machineValue(machine, input, products);
  if (model.task === 'regression') {
    const [machine] = machines;
    return () => setNumber(result, model, machine !== undefined && read() ? decision(machine) : null);
  }
  const decide =
    model.method === 'OneAgainstOne' ? prepareVote(model, decision) : prepareExtreme(model, decision);
  return () => {
    result.scores = null;
    result.value = null;
    return read() ? decide(result) : result;
  };
}

function machineValue(
  { coefficients, vectors, intercept }: PmmlMachine,
  input: Vector,
  products: Vector,
): number {
  let sum = 0;
  for (let i = 0; i < coefficients.length; i++)
    sum += coefficients[i]! * (vectors === null ? input[i]! : products[vectors[i]!]!);
  return sum + intercept;
}

function kernelOf(kernel: PmmlKernel): (x: Vector, y: Vector) => number {
  switch (kernel.kind) {
    case 'linear':
      return dot;
    case 'polynomial':
      return (x, y) => (kernel.gamma * dot(x, y) + kernel.coef0) ** kernel.degree;
    case 'sigmoid':
      return (x, y) => Math.tanh(kernel.gamma * dot(x, y) + kernel.coef0);
    case 'radialBasis':
      return (x, y) => {
        let distance = 0;
        for (let i = 0; i < x.length; i++) distance += (x[i]! - y[i]!) ** 2;
        return Math.exp(-(kernel.gamma * distance));
      };
  }
}

function dot(x: Vector, y: Vector): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
  return sum;
}

/** Each machine votes for one of its two classes; of equals the one that was voted for first wins. */
function prepareVote(model: PmmlVectorModel, decision: (machine: PmmlMachine) => number) {
  const votes = new Float64Array(model.classes.length);
  return (result: PmmlResult): PmmlResult => {
    votes.fill(0);
    const order: number[] = [];
    for (const machine of model.machines) {
      const value = decision(machine);
      const own = model.binary ? Math.round(value) === 1 : value < machine.threshold;
      const voted = own ? machine.class : machine.alternate;
      if (!order.includes(voted)) order.push(voted);
      votes[voted] = votes[voted]! + 1;
    }
    const winner = order.reduce((best, one) => (votes[one]! > votes[best]! ? one : best), order[0] ?? 0);
    result.value = model.classes[winner] ?? null;
    result.scores = votes.map((count) => count / model.machines.length);
    return result;
  };
}

/** Each machine has a class of its own: the smallest value wins, or the largest where the document says so. */
function prepareExtreme(model: PmmlVectorModel, decision: (machine: PmmlMachine) => number) {
  return (result: PmmlResult): PmmlResult => {
    let best: number | null = null;
    for (const machine of model.machines) {
      const value = model.maxWins ? -decision(machine) : decision(machine);
      if (best !== null && value >= best) continue;
      best = value;
      result.value = model.classes[machine.class] ?? null;
    }
    return result;
  };
}
