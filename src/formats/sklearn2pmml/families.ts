import { type Family, library } from '../sklearn/family.ts';
import { readCategoricalDomain, readContinuousDomain, readMultiDomain } from './domains.ts';
import { readAlias, readEstimatorProxy, readPmmlPipeline, readSelectorProxy } from './pipeline.ts';

/** What is read of sklearn2pmml. */
export const SKLEARN2PMML_FAMILIES: readonly Family[] = [
  library('sklearn2pmml.pipeline', readPmmlPipeline, 'PMMLPipeline'),
  library('sklearn2pmml.decoration', readContinuousDomain, 'ContinuousDomain'),
  library('sklearn2pmml.decoration', readCategoricalDomain, 'CategoricalDomain', 'OrdinalDomain'),
  library('sklearn2pmml.decoration', readMultiDomain, 'MultiDomain'),
  library('sklearn2pmml.decoration', readAlias, 'Alias', 'MultiAlias'),
  library('sklearn2pmml', readSelectorProxy, 'SelectorProxy'),
  library('sklearn2pmml', readEstimatorProxy, 'EstimatorProxy'),
];
