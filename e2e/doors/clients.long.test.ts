import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { preparePython } from '../../tools/python-environment.ts';
import { fakeVersion } from '../serving/fake-models.ts';
import { serve } from '../serving/serve.ts';
import { BOTH, own } from './own.ts';

const FOLDER = join(import.meta.dirname, '../../tools/interop-clients');
const MODULES = 'boto3, google.cloud.aiplatform_v1, kserve, mlflow, pandas, tritonclient.http';

/** They write the bodies and read the answers: what is expected of each is in `ask.py`. */
test.each(['mlflow', 'mlflow-deployments', 'boto3', 'google', 'triton', 'kserve'])(
  'the client of others asks and is answered: %s',
  async (client) => {
    const python = preparePython('interop-clients', join(FOLDER, 'requirements.txt'), MODULES);
    // SageMaker's client names its endpoint; beside others it finds one whose code reads and writes itself.
    const url = await serve(
      client === 'boto3' ? { versions: [fakeVersion('quick'), own(BOTH).version] } : {},
    );
    const { stdout } = await promisify(execFile)(python, [join(FOLDER, 'ask.py'), client, url]);
    expect(stdout.trim().split('\n').at(-1)).toBe('ok');
  },
);
