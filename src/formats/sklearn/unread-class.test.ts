import { expect, test } from 'vitest';
import { unreadClass } from './unread-class.ts';

test.each([
  ['feature_engine.imputation.random_sample.RandomSampleImputer', 'at random'],
  ['feature_engine.outliers.trimmer.OutlierTrimmer', 'leaves rows out'],
  ['feature_engine.timeseries.forecasting.lag_features.LagFeatures', 'other rows'],
  ['category_encoders.hashing.HashingEncoder', 'hashes'],
  ['imblearn.over_sampling._smote.base.SMOTE', 'a sampler'],
  ['imblearn.ensemble._easy_ensemble.EasyEnsembleClassifier', 'an ensemble'],
  ['sklearn2pmml.preprocessing.ExpressionTransformer', 'Python text'],
  ['sklearn_pandas.transformers.NumericalTransformer', 'no reader'],
  ['feature_engine.text.TextFeatures', 'one of feature_engine that no reader is written for'],
  ['sklearn2pmml.constructor.constructor', 'one of sklearn2pmml'],
])('%s is refused with its own reason, and what is read instead', (name, reason) => {
  expect(unreadClass(name)).toEqual({
    found: expect.stringContaining(reason),
    wanted: 'the transformers of docs/transformers.md are',
  });
});

test.each([
  ['sklearn.feature_extraction._dict_vectorizer.DictVectorizer', 'known beforehand'],
  ['sklearn.feature_extraction._hash.FeatureHasher', 'known beforehand'],
  ['sklearn.preprocessing._label.MultiLabelBinarizer', 'sets of labels'],
  ['sklearn.feature_extraction.image.PatchExtractor', 'several rows of one'],
  ['sklearn.isotonic.Unheard', 'no reader'],
])('%s of scikit-learn is refused with its own reason', (name, reason) => {
  expect(unreadClass(name)).toEqual({
    found: expect.stringContaining(reason),
    wanted: 'the estimators of docs/estimators.md are',
  });
});

test('estimators of scikit-learn and code of one’s own are told apart from both', () => {
  expect(unreadClass('sklearn.gaussian_process.GaussianProcessRegressor').wanted).toContain('estimators.md');
  expect(unreadClass('__main__.MyModel').found).toContain('never runs');
  expect(unreadClass('toString.MyModel').found).toContain('never runs');
});
