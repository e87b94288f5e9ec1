import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BIN, example, folder, plimsoll, ROOT, runWith } from './cli.ts';

const COMMANDS = ['serve', 'predict', 'inspect', 'verify', 'compile', 'doctor'];

describe('help', () => {
  test('the program lists its commands', () => {
    const { status, stdout } = plimsoll('--help');
    expect(status).toBe(0);
    expect(stdout).toMatchSnapshot();
    expect(plimsoll().stdout).toBe(stdout);
  });

  test.each(COMMANDS)('%s explains itself with examples', (command) => {
    const { status, stdout } = plimsoll(command, '--help');
    expect(status).toBe(0);
    expect(stdout).toContain('Examples:');
    expect(stdout).toMatchSnapshot();
  });

  test('`help` of a command is that of its own', () => {
    const { status, stdout } = plimsoll('help', 'package', 'oci');
    expect(status).toBe(0);
    expect(stdout).toContain('--model-only');
  });

  test('the version is that of the package', () => {
    expect(plimsoll('--version').stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('a group of commands that is called alone', () => {
  test.each([[['rollout']], [['deploy', 'kubernetes']], [['batch', '--quiet']]])(
    '%j: lists its commands, and ends as wrong usage does',
    (words) => {
      const { status, stdout, stderr } = plimsoll(...words);
      const group = words.filter((word) => !word.startsWith('-'));
      expect(stdout).toBe(plimsoll(...group, '--help').stdout);
      expect(stderr).toContain(`USAGE: Cannot run the command: "${group.join(' ')}" is a group of commands`);
      expect(status).toBe(2);
    },
  );

  test('the program alone with an option lists its commands, and says that none is given', () => {
    const { status, stdout, stderr } = plimsoll('--quiet');
    expect(stdout).toBe(plimsoll('--help').stdout);
    expect(stderr).toContain('COMMAND_UNKNOWN: Cannot run the command: no command is given');
    expect(status).toBe(2);
  });

  test('for a program, the error is the one document on stdout', () => {
    const { status, stdout, stderr } = plimsoll('rollout', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'USAGE', details: { command: 'rollout' } } });
    expect(stderr).toBe('');
    expect(status).toBe(2);
  });
});

const IRIS = example('iris.joblib');
const ROWS = join(folder(), 'rows.json');
writeFileSync(ROWS, '[[1, 2, 3, 4]]');
/** A folder that is called like a file. */
const AS_FOLDER = join(folder(), 'folder.json');
mkdirSync(AS_FOLDER);

/** A folder that says itself what is wanted of Kubernetes. */
const MANIFESTS = folder();
writeFileSync(join(MANIFESTS, 'kustomization.yaml'), 'resources: []');

describe('wrong usage ends with exit code 2 and what was meant', () => {
  test.each([
    [['inspct', 'model.pkl'], /COMMAND_UNKNOWN: .*Did you mean inspect\?/],
    [['doctor', '--jsn'], /USAGE: .*unknown option '--jsn' \(Did you mean --json\?\)/],
    [['help', 'serv'], /COMMAND_UNKNOWN: .*'serv' \(Did you mean serve\?\)/],
    [['push', 'm.pkl', '--nmae', 'm'], /USAGE: .*unknown option '--nmae' \(Did you mean --name\?\)/],
    [['rollout', 'start', 'm'], /USAGE: .*'--to <version>'.*\n {2}See `plimsoll rollout start --help`/],
    [
      ['deploy', 'kubernetes', 'plan', 'no-folder', '--data', folder()],
      /MODEL_NOT_FOUND: .* no file or folder of that name/,
    ],
    [['deploy', 'kubernetes', 'plan', MANIFESTS, '--image', 'i'], /USAGE: .*--image is for a model/],
    [['serve', '--bundles', MANIFESTS, '--missing', '0'], /USAGE: .*cannot honour --missing/],
    [['inspect'], /USAGE: .*missing required argument 'file'/],
    [['predict', 'model.pkl'], /USAGE: .*--input/],
    [['verify', 'model.pkl', '--seed', 'x'], /--seed is "x", expected a whole number/],
    [['inspect', 'm.pkl', '--runtime', 'jvm'], /Allowed choices are native, onnx, python/],
    [['inspect', 'no-such-file.pkl'], /FILE_NOT_FOUND: Cannot open "no-such-file.pkl"/],
    [['serve', '--data', AS_FOLDER], /CONFIG_INVALID: .*no model file is given/],
    [['toString'], /COMMAND_UNKNOWN: .*unknown command 'toString'\n {2}See `plimsoll --help`/],
    [['doctor', '--port', 'http'], /USAGE: .*--port is "http", expected a port from 0 to 65535/],
    [['predict', IRIS, '--input', AS_FOLDER], /FILE_UNREADABLE: .*it is a folder/],
    [['verify', IRIS, '--golden', AS_FOLDER], /FILE_UNREADABLE: .*it is a folder/],
    [['serve', IRIS, '--config', AS_FOLDER], /CONFIG_INVALID: .*illegal operation on a directory/],
    [['compile', IRIS, '-o', '/no-folder/m.onnx'], /FILE_UNWRITABLE: .*its folder does not exist/],
    [['predict', IRIS, '--input', ROWS, '--output', '/no-folder/a.csv'], /FILE_UNWRITABLE: .*its folder/],
    [[IRIS], /is a file, not a command \(did you mean "serve /],
  ])('%j', (args, message) => {
    const { status, stdout, stderr } = plimsoll(...args);
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
    expect(status).toBe(2);
  });

  test('with --json the error is one document on stdout', () => {
    const { status, stdout, stderr } = plimsoll('inspect', 'no-such-file.pkl', '--json');
    expect(status).toBe(2);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      error: {
        code: 'FILE_NOT_FOUND',
        message: 'Cannot open "no-such-file.pkl": no such file',
        hint: 'Check the path',
        details: { path: 'no-such-file.pkl' },
      },
    });
  });
});

describe('doctor', () => {
  test('finds this machine fit', () => {
    const { status, stdout } = plimsoll('doctor', '--json', '--data', folder());
    const { healthy, checks } = JSON.parse(stdout) as { healthy: boolean; checks: { name: string }[] };
    expect(checks.map(({ name }) => name)).toContain('onnxruntime');
    expect(healthy).toBe(true);
    expect(status).toBe(0);
  });

  test('fails where the data directory cannot be written, and names the fix', () => {
    const { status, stdout } = plimsoll('doctor', '--data', join(BIN, 'data'));
    expect(stdout).toContain('data: give another directory with --data DIR');
    expect(status).toBe(1);
  });
});

const OLD_NODE = ['/usr/bin/node', '/usr/local/bin/node'].find(
  (path) => existsSync(path) && Number.parseInt(runWith(path, ['--version']).stdout.slice(1), 10) < 24,
);

describe.skipIf(OLD_NODE === undefined)(
  'on a Node older than the project needs (skipped where there is none)',
  () => {
    test('a checkout runs on the Node of its development dependencies', () => {
      const { status, stdout } = runWith(OLD_NODE!, [BIN, 'doctor', '--json', '--data', folder()]);
      expect(status).toBe(0);
      const { checks } = JSON.parse(stdout) as { checks: { name: string; found: string }[] };
      expect(checks.find(({ name }) => name === 'node')?.found).toMatch(/^24\./);
    });

    test('the exit code comes through', () => {
      expect(runWith(OLD_NODE!, [BIN, 'inspct']).status).toBe(2);
    });

    test('a package without that dependency names the command that installs a newer Node', () => {
      const place = folder();
      mkdirSync(join(place, 'bin'));
      copyFileSync(join(ROOT, 'bin/plimsoll.js'), join(place, 'bin/plimsoll.js'));
      writeFileSync(join(place, 'package.json'), '{"type":"module"}');
      const env = { PATH: process.env['PATH'] };
      const { status, stderr } = runWith(OLD_NODE!, [join(place, 'bin/plimsoll.js'), 'doctor'], env);
      expect(status).toBe(2);
      expect(stderr).toMatch(/NODE_TOO_OLD: .*\n {2}Install it: npm install --global node@24/);
      const { stdout } = runWith(OLD_NODE!, [join(place, 'bin/plimsoll.js'), 'doctor', '--json'], {
        ...env,
        NVM_DIR: '/n',
      });
      expect(JSON.parse(stdout)).toMatchObject({
        error: { code: 'NODE_TOO_OLD', hint: 'Install it: nvm install 24' },
      });
    });
  },
);
