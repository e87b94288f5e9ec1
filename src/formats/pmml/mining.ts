import { PMML_METHODS, type PmmlMiningModel, type PmmlSegment } from '../../model/pmml/models.ts';
import type { PmmlPredicate } from '../../model/pmml/program.ts';
import type { PmmlOutput, ReadPmmlModel } from './output.ts';
import { type ModelPlace, modelElements } from './place.ts';
import { readPredicateOf } from './predicate.ts';
import { PmmlScope } from './scope.ts';
import type { XmlElement } from './xml.ts';

/** How methods are called that JPMML knew before PMML did. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['x-weightedMedian', 'weightedMedian'],
  ['x-weightedSum', 'weightedSum'],
]);
const FOR_REGRESSION = ['average', 'weightedAverage', 'median', 'weightedMedian', 'sum', 'weightedSum'];
const FOR_CLASSES = ['majorityVote', 'weightedMajorityVote', 'average', 'weightedAverage', 'max'];
const FOR_ALL = ['selectFirst', 'modelChain'];

interface ReadSegment {
  readonly id: string;
  readonly predicate: PmmlPredicate;
  readonly read: ReadPmmlModel;
  readonly weight: number;
}

/** `MiningModel` over its segments. */
export function readMining(place: ModelPlace): PmmlMiningModel {
  const { element, document, task } = place;
  const { program } = document;
  const { reading } = program;
  const segmentation = reading.required(element, 'Segmentation');
  const spelled = reading.text(segmentation, 'multipleModelMethod');
  const method = PMML_METHODS.find((known) => known === (ALIASES.get(spelled) ?? spelled));
  const allowed = [
    ...(task === 'classification' ? FOR_CLASSES : task === 'regression' ? FOR_REGRESSION : []),
    ...FOR_ALL,
  ];
  if (method === undefined || !allowed.includes(method))
    throw reading.unsupported(
      segmentation,
      'multipleModelMethod',
      `"${spelled.slice(0, 60)}" in a ${task}`,
      `${allowed.join(', ')} are`,
    );
  const segments = readSegments(place, segmentation, method === 'modelChain');
  const answering = method === 'modelChain' ? segments.slice(-1) : segments;
  const base = place.base(
    task === 'classification' ? answering.flatMap(({ read }) => program.modelAt(read.index).classes) : [],
  );
  const placed = segments.map(({ read, ...rest }): PmmlSegment => {
    const { classes } = program.modelAt(read.index);
    return {
      ...rest,
      model: read.index,
      classOf: Int32Array.from(classes, (value) => base.classes.indexOf(value)),
    };
  });
  const threshold = reading.number(segmentation, 'missingThreshold', 1);
  if (!(threshold >= 0 && threshold <= 1))
    throw reading.invalid(segmentation, 'missingThreshold', String(threshold), '0 to 1');
  return {
    ...base,
    kind: 'mining',
    method,
    segments: placed,
    missingPrediction: reading.choice(
      segmentation,
      'missingPredictionTreatment',
      ['continue', 'skipSegment', 'returnMissing'] as const,
      'continue',
    ),
    missingThreshold: threshold,
  };
}

function readSegments(place: ModelPlace, segmentation: XmlElement, chained: boolean): readonly ReadSegment[] {
  const { document } = place;
  const { program } = document;
  const { reading } = program;
  const elements = reading.all(segmentation, 'Segment');
  if (elements.length === 0) throw reading.invalid(segmentation, 'Segment', 'none', 'one or more');
  const ids = new Set<string>();
  return elements.map((element, i) => {
    const id = reading.attribute(element, 'id') ?? String(i + 1);
    if (ids.has(id))
      throw reading.invalid(element, 'id', `"${id}", which an earlier segment has`, 'an id of its own');
    ids.add(id);
    const predicate = readPredicateOf(place.scope, element);
    const [model, second] = modelElements(document, element);
    if (model === undefined)
      throw reading.unsupported(
        element,
        'the model',
        modelNames(place, element),
        'one element of a model is',
      );
    if (second !== undefined) throw reading.invalid(second, 'the model', 'a second one', 'one');
    const read = place.inner(model, new PmmlScope(program, place.scope));
    program.referModel(read.index, element);
    if (chained) expose(place.scope, read.output, predicate, element);
    const weight = reading.number(element, 'weight', 1);
    return { id, predicate, read, weight };
  });
}

const modelNames = ({ document }: ModelPlace, element: XmlElement): string => {
  const names = element.children.map((child) => document.program.reading.nameOf(child));
  return names.find((name) => name.endsWith('Model')) ?? 'missing';
};

/** Makes the outputs of a segment known to those after it: they are missing where the segment is not evaluated. */
function expose(scope: PmmlScope, output: PmmlOutput, predicate: PmmlPredicate, element: XmlElement): void {
  const { program } = scope;
  const always = predicate.kind === 'constant' && predicate.value;
  for (const { name, element: field } of output.fields) {
    const earlier = scope.find(name);
    scope.redefine(field, name, () => {
      const own = output.scope.resolve(field, name);
      if (always) return own;
      const type = program.typeOf(own);
      return program.field(element, () => {
        program.refer(own, element);
        return {
          kind: 'derived',
          name,
          type,
          expression: { kind: 'when', predicate, value: own, otherwise: earlier, type },
        };
      });
    });
  }
}
