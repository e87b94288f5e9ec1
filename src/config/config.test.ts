import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type GivenSettings, serveConfig } from './config.ts';
import { parseSize } from './settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-'));
const file = (name: string, text = ''): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const model = file('churn.joblib');
const given = (changes: Partial<GivenSettings>): GivenSettings => ({
  flags: {},
  env: {},
  models: [model],
  ...changes,
});

test('defaults hold where nothing is given', async () => {
  expect(await serveConfig(given({}))).toMatchObject({
    port: 8080,
    host: '127.0.0.1',
    maxBody: 32 * 2 ** 20,
    dataDir: '.plimsoll',
    files: [{ name: 'churn', path: model, found: false }],
  });
});

test('the command line wins over the environment, and that over the file', async () => {
  const settings = file('a.yaml', 'port: 1\nhost: 10.0.0.1\nmaxBody: 1mb\n');
  const env = { PLIMSOLL_PORT: '2', PLIMSOLL_HOST: '10.0.0.2' };
  expect(await serveConfig(given({ file: settings, env, flags: { port: '3' } }))).toMatchObject({
    port: 3,
    host: '10.0.0.2',
    maxBody: 2 ** 20,
  });
});

test('every mistake is reported at once', async () => {
  const settings = file('b.json', '{"prot": 1, "workers": 0}');
  const failed = serveConfig(
    given({ file: settings, flags: { port: '99999', maxBody: 'lots' }, models: ['none.pkl'] }),
  );
  await expect(failed).rejects.toMatchObject({ code: 'CONFIG_INVALID', exit: 2 });
  await expect(failed).rejects.toHaveProperty('details.list', [
    `${settings}: "prot" is no setting, wanted one of port, host, workers, maxBody, maxConnections, maxReceiving, peerShare, store, capture, monitorShare, metricsAliases, references, linkLocal, redirectHosts, keys, keysFile, insecure, hosts, metricsAccess, rateLimit, uploadsPerDay, uploadBytesPerDay, diskReserve, tlsCert, tlsKey, tlsClientCa, device, watch, data, models, endpoints, aliases, jobs, monitors, routers, reasons`,
    '--port is "99999", wanted a port from 0 to 65535',
    `${settings}: workers is 0, wanted "auto" or a number from 1 to 256`,
    '--max-body is "lots", wanted a size such as 10mb, up to 4gb',
    '"none.pkl": no such file',
  ]);
});

test('connections, bodies at once and the share of one peer are numbers and a share', async () => {
  const connections = async (env: GivenSettings['env']) => (await serveConfig(given({ env }))).connections;
  expect(await connections({})).toEqual({ maxConnections: 4096, maxReceiving: 1024, peerShare: 0.5 });
  const [most, receiving, share] = [
    'PLIMSOLL_MAX_CONNECTIONS',
    'PLIMSOLL_MAX_RECEIVING',
    'PLIMSOLL_PEER_SHARE',
  ];
  expect(await connections({ [most]: '200', [receiving]: '50', [share]: '100%' })).toEqual({
    maxConnections: 200,
    maxReceiving: 50,
    peerShare: 1,
  });
  expect((await connections({ [share]: '2.5%' })).peerShare).toBe(0.025);
  for (const name of [most, receiving])
    for (const text of ['0', '-1', '1.5', 'all', ''])
      await expect(connections({ [name]: text })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  for (const text of ['0%', '0.5%', '101%', '0.5', ''])
    await expect(connections({ [share]: text })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});

test('workers are a number, or one less than the cores', async () => {
  const workers = async (text: string) => (await serveConfig(given({ flags: { workers: text } }))).workers;
  expect(await workers('1')).toBe(1);
  expect(await workers('12')).toBe(12);
  expect(await workers('auto')).toBe(Math.max(1, availableParallelism() - 1));
  for (const text of ['0', 'abc', '-1', '1.5', '', '257']) {
    await expect(workers(text)).rejects.toMatchObject({ code: 'CONFIG_INVALID', exit: 2 });
  }
});

test('monitoring may take a share of a processor', async () => {
  const share = async (text?: string) =>
    (await serveConfig(given({ env: { PLIMSOLL_MONITOR_SHARE: text } }))).monitorShare;
  expect([await share(), await share('0.1%'), await share('50%')]).toEqual([0.01, 0.001, 0.5]);
  for (const text of ['0%', '0.05%', '100%', '10', '-1%', ''])
    await expect(share(text)).rejects.toMatchObject({ code: 'CONFIG_INVALID', exit: 2 });
});

test('files are named by NAME=FILE, by their stem, or by --name', async () => {
  const names = async (changes: Partial<GivenSettings>) =>
    (await serveConfig(given(changes))).files.map(({ name }) => name);
  expect(await names({ models: [`risk=${model}`, file('My model (2).pkl.gz')] })).toEqual([
    'risk',
    'My-model-2-',
  ]);
  expect(await names({ name: 'live' })).toEqual(['live']);
  const endings = [
    'skops',
    'ubj',
    'cbm',
    'bst',
    'model',
    'pmml',
    'json',
    'txt',
    'bin',
    'xml',
    'pt2',
    'keras',
    'h5',
    'pb',
  ];
  for (const ending of endings) expect(await names({ models: [file(`x.${ending}`)] }), ending).toEqual(['x']);
});

test('a folder stands for the model files in it', async () => {
  const models = join(folder, 'models');
  mkdirSync(models);
  for (const name of [
    'b.onnx',
    'a.joblib',
    'c.cbm',
    'README.md',
    'train.py',
    'golden.json',
    'requirements.txt',
  ])
    writeFileSync(join(models, name), '');
  expect((await serveConfig(given({ models: [models] }))).files).toEqual([
    { name: 'a', path: join(models, 'a.joblib'), found: true },
    { name: 'b', path: join(models, 'b.onnx'), found: true },
    { name: 'c', path: join(models, 'c.cbm'), found: true },
  ]);
});

test('two files of one name are refused with the way out', async () => {
  const twin = file('churn.onnx');
  await expect(serveConfig(given({ models: [model, twin] }))).rejects.toThrow(
    /both be called "churn": write NAME=FILE/,
  );
});

test('models may stand in the configuration file', async () => {
  const settings = file('c.yaml', `models:\n  risk: ${model}\n`);
  expect((await serveConfig(given({ file: settings, models: [] }))).files).toEqual([
    { name: 'risk', path: model, found: false },
  ]);
});

test('reasons of a model go with its file, by their path', async () => {
  const settings = file(
    'reasons.yaml',
    `models: {churn: ${model}}\nreasons: {churn: said.yaml, other: x.yaml}`,
  );
  const { files } = await serveConfig(given({ models: [], file: settings }));
  expect(files).toEqual([{ name: 'churn', path: model, found: false, reasons: 'said.yaml' }]);
  const bad = file('bad-reasons.yaml', 'reasons: {churn: {columns: {}}}');
  await expect(serveConfig(given({ file: bad }))).rejects.toThrow('reasons: churn is no path of a file');
});

test('no file is no mistake: the store may know what is served', async () => {
  expect(await serveConfig(given({ models: [] }))).toMatchObject({ files: [], storeUrl: null, watch: null });
});

test('the store is a database in the data folder, another file, or a shared one', async () => {
  const storeOf = async (store: string) => (await serveConfig(given({ flags: { store } }))).storeUrl;
  expect(await storeOf('data')).toBe(null);
  expect(await storeOf('sqlite:/srv/plimsoll.db')).toBe('sqlite:/srv/plimsoll.db');
  expect(await storeOf('postgres://db/plimsoll')).toBe('postgres://db/plimsoll');
});

test('a password in a store that is no store is not repeated', async () => {
  const failed = serveConfig(given({ env: { PLIMSOLL_STORE: 'mysql://me:secret@db/x' } }));
  await expect(failed).rejects.toThrow(/PLIMSOLL_STORE is "mysql:\/\/me:\*\*\*@db\/x", wanted "data"/);
});

test.each([
  ['10', 10],
  ['1kb', 1024],
  ['1.5 MB', 1_572_864],
  ['-1', undefined],
  ['5 tb', undefined],
  ['', undefined],
])('the size %j is %j bytes', (text, size) => {
  expect(parseSize(text)).toBe(size);
});
