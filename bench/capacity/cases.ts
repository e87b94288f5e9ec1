/** Models of different kinds, and the requests that predictions of them are held to. */
import { join } from 'node:path';

export interface Case {
  readonly name: string;
  /** What `serve` is told. */
  readonly model: readonly string[];
}

const ROOT = join(import.meta.dirname, '../..');
const model = (path: string): string => join(ROOT, path);

export const CASES: readonly Case[] = [
  { name: 'linear', model: [model('fixtures/models/sklearn-1.6.1/pipeline-scaler-logistic-named.pkl')] },
  { name: 'forest', model: [model('fixtures/models/sklearn-1.6.1/forest-classifier-100.joblib')] },
  {
    name: 'forest as ONNX',
    model: [model('fixtures/models/sklearn-1.6.1/forest-classifier-100.joblib'), '--runtime', 'onnx'],
  },
  { name: 'booster', model: [model('fixtures/models/xgboost-3.2.0/classifier-stopped.pkl')] },
  { name: 'columns and booster', model: [model('examples/house-prices.joblib')] },
  { name: 'text', model: [model('examples/reviews.joblib')] },
  { name: 'network', model: [model('fixtures/keras/keras-2.15.0/mlp.keras')] },
  { name: 'kernel machine', model: [model('fixtures/models/sklearn-1.6.1/pipeline-pca-svc.joblib')] },
];
