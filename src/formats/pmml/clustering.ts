import {
  PMML_COMPARE_FUNCTIONS,
  PMML_METRICS,
  type PmmlClusteringModel,
} from '../../model/pmml/distances.ts';
import { arrayNumbers, checkCount } from './array.ts';
import { numericField } from './expression.ts';
import type { ModelPlace } from './place.ts';
import type { XmlElement } from './xml.ts';

/** `ClusteringModel` around centres, by distances. The classes are the ids of the clusters, else their places from 1. */
export function readClustering(place: ModelPlace): PmmlClusteringModel {
  const { element, document, scope } = place;
  const { reading } = document.program;
  reading.choice(element, 'modelClass', ['centerBased'] as const, null);
  const measure = reading.required(element, 'ComparisonMeasure');
  reading.choice(measure, 'kind', ['distance'] as const, null);
  const [metric] = reading.children(measure);
  const name = metric === undefined ? '' : reading.nameOf(metric);
  const known = PMML_METRICS.find((one) => one === name);
  if (known === undefined || metric === undefined)
    throw reading.unsupported(
      measure,
      'the measure',
      name === '' ? 'missing' : `<${name}>`,
      `${PMML_METRICS.join(', ')} are`,
    );
  const compare = reading.choice(measure, 'compareFunction', PMML_COMPARE_FUNCTIONS, 'absDiff');
  const fields = reading
    .all(element, 'ClusteringField')
    .filter(
      (field) =>
        reading.attribute(field, 'isCenterField') !== 'false' &&
        reading.attribute(field, 'centerField') !== 'false',
    )
    .map((field) => ({
      field: numericField(scope, field),
      weight: reading.number(field, 'fieldWeight', 1),
      compare: reading.choice(field, 'compareFunction', PMML_COMPARE_FUNCTIONS, compare),
      scale: reading.number(field, 'similarityScale', 1),
    }));
  const clusters = reading.all(element, 'Cluster');
  checkCount(reading, element, 'numberOfClusters', clusters.length);
  if (clusters.length === 0) throw reading.invalid(element, 'Cluster', 'none', 'one or more');
  const centers = clusters.map((cluster) =>
    vectorOf(place, reading.required(cluster, 'Array'), fields.length),
  );
  const weights = reading.child(element, 'MissingValueWeights');
  return {
    ...place.base(clusters.map((cluster, i) => reading.attribute(cluster, 'id') ?? String(i + 1))),
    kind: 'clustering',
    metric: known,
    power: known === 'minkowski' ? reading.requiredNumber(metric, 'p-parameter') : 0,
    fields,
    missingWeights:
      weights === null
        ? new Float64Array(fields.length).fill(1)
        : vectorOf(place, reading.required(weights, 'Array'), fields.length),
    centers,
  };
}

function vectorOf({ document }: ModelPlace, element: XmlElement, width: number): Float64Array {
  const { reading } = document.program;
  const numbers = arrayNumbers(reading, element);
  if (numbers.length !== width)
    throw reading.invalid(
      element,
      'the array',
      `${numbers.length} long`,
      `${width} long, one for each field`,
    );
  return numbers;
}
