import { expect, test } from 'vitest';
import { containerConfig } from './container.ts';

const config = (env: Record<string, string>, args: string[] = ['serve'], filled: string[] = []) =>
  containerConfig({ env, args, isFilled: (path) => filled.includes(path) });

test('a container that nobody else has started is plain, on port 8080 of all addresses, and asks for keys', () => {
  const { contract, host, port, access, places } = config({ PLIMSOLL_BUNDLES: '/opt/plimsoll/models' });
  expect({ kind: contract.kind, host, port, mode: access.mode }).toEqual({
    ...{ kind: 'plain', host: '0.0.0.0', port: 8080, mode: 'keys' },
  });
  expect(places).toEqual({ mount: null, storage: null, bundles: '/opt/plimsoll/models' });
});

test('a container takes as many connections and bodies as its variables say', () => {
  const env = { PLIMSOLL_MAX_CONNECTIONS: '300', PLIMSOLL_PEER_SHARE: '100%' };
  const expected = { maxConnections: 300, maxReceiving: 1024, peerShare: 1 };
  expect(config(env).connections).toEqual(expected);
});

test('a container is told what is meant of a raw model by its variables', () => {
  const env = { PLIMSOLL_MEMBER: 'scaler,model', PLIMSOLL_MISSING: '-999', PLIMSOLL_ITERATIONS: '20' };
  expect(config(env).choices).toEqual({ member: 'scaler,model', missing: -999, iterations: 20 });
  expect(config({}).choices).toEqual({});
  expect(() => config({ PLIMSOLL_ITERATIONS: '0' })).toThrow('wanted a whole number from 1 on');
});

test('SageMaker is told by its variables or by what it mounts, and says the port', () => {
  const said = config({ SAGEMAKER_BIND_TO_PORT: '9000', SAGEMAKER_MAX_PAYLOAD_IN_MB: '100' });
  expect(said.contract).toMatchObject({ kind: 'sagemaker', predictionsOnly: true, multiModel: false });
  expect(said).toMatchObject({ port: 9000, maxBody: 100 * 2 ** 20, places: { mount: '/opt/ml/model' } });
  expect(config({}, ['serve'], ['/opt/ml/model']).contract.kind).toBe('sagemaker');
  expect(config({ SAGEMAKER_MULTI_MODEL: 'true' }).contract.multiModel).toBe(true);
  expect(config({ SAGEMAKER_MULTI_MODEL: 'false' }).contract.multiModel).toBe(false);
  expect(said.contract.defaultAccept).toBeNull();
  expect(config({ SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT: 'text/csv' }).contract.defaultAccept).toBe(
    'text/csv',
  );
  expect(() => config({ SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT: 'csv\n' })).toThrow('wanted a media type');
});

test('Vertex says port, routes and where the model is stored', () => {
  const said = config({
    AIP_HTTP_PORT: '7080',
    AIP_PREDICT_ROUTE: '/v1/endpoints/1/deployedModels/2:predict',
    AIP_HEALTH_ROUTE: '/health',
    AIP_STORAGE_URI: 'gs://bucket/model',
  });
  expect(said.contract).toMatchObject({
    ...{ kind: 'vertex', predictRoute: '/v1/endpoints/1/deployedModels/2:predict', healthRoute: '/health' },
  });
  expect(said).toMatchObject({
    port: 7080,
    places: { storage: 'gs://bucket/model' },
    access: { mode: 'platform' },
  });
});

test('KServe is told by its arguments, by the variable of its runtime, or by what it mounts', () => {
  const said = config({}, ['--model_name=wine', '--model_dir', '/mnt/other', '--http_port=9081']);
  expect(said).toMatchObject({ port: 9081, model: 'wine', places: { mount: '/mnt/other' } });
  expect(said.contract.kind).toBe('kserve');
  expect(config({ PLIMSOLL_CONTRACT: 'kserve', PORT: '8181' }, [])).toMatchObject({ port: 8181 });
  expect(config({}, [], ['/mnt/models']).places.mount).toBe('/mnt/models');
});

test('what looks like two platforms is refused, unless a person says which it is', () => {
  const both = { SAGEMAKER_REGION: 'eu-west-1', AIP_HTTP_PORT: '8080' };
  expect(() => config(both)).toThrow('sagemaker (SAGEMAKER_REGION) and vertex (AIP_HTTP_PORT)');
  expect(config({ ...both, PLIMSOLL_CONTRACT: 'vertex' }).contract.kind).toBe('vertex');
  expect(config({ ...both, PLIMSOLL_CONTRACT: 'plain' }).contract.kind).toBe('plain');
});

test('every setting that is none is named, at once', () => {
  const wrong = {
    PLIMSOLL_CONTRACT: 'azure',
    PLIMSOLL_GRACE: '0',
    PLIMSOLL_PORT: '70000',
    PLIMSOLL_MAX_BODY: 'much',
    SAGEMAKER_SAFE_PORT_RANGE: '9000-8000',
  };
  expect(() => config(wrong, ['serve', '--fast'])).toThrow(
    /--fast.*PLIMSOLL_CONTRACT is "azure".*PLIMSOLL_PORT.*SAFE_PORT_RANGE.*PLIMSOLL_GRACE.*PLIMSOLL_MAX_BODY/s,
  );
  for (const port of ['0', '-1', '65536', '8080x', '1e3'])
    expect(() => config({ SAGEMAKER_BIND_TO_PORT: port }), port).toThrow('SAGEMAKER_BIND_TO_PORT');
  expect(() => config({ AIP_STORAGE_URI: 's3://b/m' })).toThrow('wanted gs://BUCKET/FOLDER');
  expect(() => config({ AIP_HEALTH_ROUTE: 'health' })).toThrow('wanted a path');
  expect(() => config({}, ['--model_dir=models'])).toThrow('wanted an absolute path');
  expect(() => config({ PLIMSOLL_PORT: '8081', AIP_HTTP_PORT: '8080' })).toThrow(
    'but the platform wants 8080',
  );
});
