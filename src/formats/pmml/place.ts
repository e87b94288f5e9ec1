import type { PmmlModelBase } from '../../model/pmml/base.ts';
import { type PmmlValue, pmmlLiteral } from '../../model/pmml/value.ts';
import type { ReadPmmlModel } from './output.ts';
import type { PmmlDocument } from './schema.ts';
import type { PmmlScope } from './scope.ts';
import type { PmmlTargetField, PmmlTask } from './target.ts';
import type { XmlElement } from './xml.ts';

/** What the reader of one kind of model sees. */
export interface ModelPlace {
  readonly document: PmmlDocument;
  readonly element: XmlElement;
  readonly scope: PmmlScope;
  readonly task: PmmlTask;
  readonly target: PmmlTargetField;
  /** Reads a model inside this one. */
  readonly inner: (element: XmlElement, scope: PmmlScope) => ReadPmmlModel;
  /** What all models state. `found` are classes that the model itself names, for a target whose dictionary names none. */
  readonly base: (found?: readonly PmmlValue[]) => PmmlModelBase;
}

/** Model elements of PMML 4.4, whether they are read or not. */
const MODEL_ELEMENTS = [
  'ClusteringModel',
  'GeneralRegressionModel',
  'MiningModel',
  'NaiveBayesModel',
  'NeuralNetwork',
  'RegressionModel',
  'Scorecard',
  'SupportVectorMachineModel',
  'TreeModel',
  'AnomalyDetectionModel',
  'AssociationModel',
  'BaselineModel',
  'BayesianNetworkModel',
  'GaussianProcessModel',
  'NearestNeighborModel',
  'RuleSetModel',
  'SequenceModel',
  'TextModel',
  'TimeSeriesModel',
];

/** The model elements among the children of `parent`. */
export function modelElements(document: PmmlDocument, parent: XmlElement): readonly XmlElement[] {
  const { reading } = document.program;
  return parent.children.filter((child) => {
    const name = reading.nameOf(child);
    return MODEL_ELEMENTS.includes(name);
  });
}

/** A class that an attribute names, of the type of the target. */
export function classNamed(
  { document, target }: ModelPlace,
  element: XmlElement,
  attribute: string,
): PmmlValue {
  const { reading } = document.program;
  const text = reading.text(element, attribute);
  const value = pmmlLiteral(text, target.type) ?? (target.classes.length === 0 ? text : null);
  if (value === null)
    throw reading.invalid(element, attribute, `"${text.slice(0, 60)}"`, `a ${target.type}, as the target is`);
  return value;
}
