import type { Layers } from './layers.ts';

/** What each part of the console may import: features know nothing of each other, so that one can be taken out whole. */
export const CONSOLE_LAYERS: Layers = {
  location: [],
  api: [],
  facts: ['api'],
  ui: ['api', 'facts'],
  'features/home': ['api', 'facts', 'location', 'ui'],
  'features/endpoint': ['api', 'facts', 'location', 'ui'],
  'features/rollout': ['api', 'facts', 'location', 'ui'],
  'features/model': ['api', 'facts', 'location', 'ui'],
  'features/explain': ['api', 'facts', 'location', 'ui'],
  'features/monitoring': ['api', 'facts', 'location', 'ui'],
  'features/audit': ['api', 'facts', 'location', 'ui'],
  'features/batch': ['api', 'facts', 'location', 'ui'],
  'features/settings': ['api', 'facts', 'location', 'ui'],
  app: [
    'api',
    'location',
    'ui',
    'features/audit',
    'features/batch',
    'features/home',
    'features/endpoint',
    'features/model',
    'features/explain',
    'features/monitoring',
    'features/rollout',
    'features/settings',
  ],
};
