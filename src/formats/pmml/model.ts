import type { PmmlModel } from '../../model/pmml/models.ts';
import { readClustering } from './clustering.ts';
import { readGeneralRegression } from './general-regression.ts';
import { readMining } from './mining.ts';
import { readNaiveBayes } from './naive-bayes.ts';
import { readNeuralNetwork } from './neural-network.ts';
import { type ReadPmmlModel, readOutput } from './output.ts';
import type { ModelPlace } from './place.ts';
import { readRegression } from './regression.ts';
import { defineDerived, innerScope, outermostScope, type PmmlDocument } from './schema.ts';
import { PmmlScope } from './scope.ts';
import { readScorecard } from './scorecard.ts';
import { type PmmlTargetField, readTarget, targetField } from './target.ts';
import { readTreeModel } from './tree.ts';
import { readVectorModel } from './vectors.ts';
import type { XmlElement } from './xml.ts';

type ReadModel = (place: ModelPlace) => PmmlModel;

const MODELS: ReadonlyMap<string, ReadModel> = new Map<string, ReadModel>([
  ['TreeModel', readTreeModel],
  ['RegressionModel', readRegression],
  ['MiningModel', readMining],
  ['GeneralRegressionModel', readGeneralRegression],
  ['Scorecard', readScorecard],
  ['NaiveBayesModel', readNaiveBayes],
  ['NeuralNetwork', readNeuralNetwork],
  ['SupportVectorMachineModel', readVectorModel],
  ['ClusteringModel', readClustering],
]);

/** The model of the document with the transformations around it. */
export function readOutermost(document: PmmlDocument, element: XmlElement): ReadPmmlModel {
  const { program, transformations } = document;
  const { reading } = program;
  const columns = outermostScope(document, element);
  const scope = new PmmlScope(program, columns);
  for (const defined of transformations === null ? [] : reading.all(transformations, 'DefineFunction'))
    program.functions.set(reading.text(defined, 'name'), defined);
  defineDerived(scope, transformations);
  return readModel(document, element, scope, null);
}

function readModel(
  document: PmmlDocument,
  element: XmlElement,
  around: PmmlScope,
  outer: PmmlTargetField | null,
): ReadPmmlModel {
  const { program } = document;
  const { reading } = program;
  const read = MODELS.get(reading.nameOf(element));
  if (read === undefined) throw reading.unknownElement(element, [...MODELS.keys()].join(', '));
  const task = reading.choice(
    element,
    'functionName',
    ['regression', 'classification', 'clustering'] as const,
    null,
  );
  const target = targetField(document, element, task, outer);
  const scope = new PmmlScope(program, outer === null ? around : innerScope(document, element, around));
  defineDerived(scope, reading.child(element, 'LocalTransformations'));
  const place: ModelPlace = {
    document,
    element,
    scope,
    task,
    target,
    inner: (inside, insideScope) => readModel(document, inside, insideScope, target),
    base: (found = []) => {
      const classes = [...new Set([...target.classes, ...found])];
      return {
        origin: reading.origin(element),
        task,
        float32: reading.choice(element, 'x-mathContext', ['double', 'float'] as const, 'double') === 'float',
        classes,
        target: readTarget(reading, element, target, task, classes),
      };
    },
  };
  const index = program.model(element, () => read(place));
  return { index, output: readOutput(scope, element, index) };
}
