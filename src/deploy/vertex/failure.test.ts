import { expect, test } from 'vitest';
import { PlimsollError } from '../../core/errors.ts';
import { failureOf } from './failure.ts';

const thrown = (code: number | string | undefined, details: string): Error =>
  Object.assign(new Error(`${code} ${details}`), { code, details });

// Codes: google/rpc/code.proto. Words: google-auth-library and grpc-js, as they throw them.
test.each([
  [16, 'Request had invalid authentication credentials.', 'CLOUD_DENIED'],
  [7, "Permission 'aiplatform.models.upload' denied on resource", 'CLOUD_DENIED'],
  [undefined, 'Could not load the default credentials. Browse to https://…', 'CLOUD_DENIED'],
  [14, 'Getting metadata from plugin failed with error: invalid_grant', 'CLOUD_DENIED'],
  [8, 'The following quota metrics exceed quota limits: custom_model_serving_cpus', 'CLOUD_QUOTA'],
  [3, 'List of found errors: 1.Field: model.container_spec', 'CLOUD_REFUSED'],
  [9, 'The model is deployed', 'CLOUD_REFUSED'],
  [12, 'Method not found.', 'CLOUD_REFUSED'],
  [14, 'No connection established', 'CLOUD_UNREACHABLE'],
  [4, 'Deadline exceeded', 'CLOUD_UNREACHABLE'],
  [10, 'The etag does not match', 'CLOUD_UNREACHABLE'],
  [undefined, 'socket hang up', 'CLOUD_UNREACHABLE'],
])('%s "%s" is %s', (code, details, wanted) => {
  const failure = failureOf(thrown(code, details), 'upload model');
  expect(failure.code).toBe(wanted);
  expect(failure.message).toContain('upload model on Vertex');
  expect(failure.message).toContain(details);
});

test('what is coded already stays as it is', () => {
  const failure = new PlimsollError('CLOUD_QUOTA', { action: 'x', reason: 'y' });
  expect(failureOf(failure, 'z')).toBe(failure);
});
