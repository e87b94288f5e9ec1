/** From a model to a registry and back: what arrives, what goes with it, and who believes it. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import lock from '../../src/deploy/image/base-lock.json' with { type: 'json' };
import { startRegistry, type TestRegistry } from '../../src/deploy/push/testing/registry.ts';
import { preparePython } from '../../tools/python-environment.ts';
import { example, folder, ROOT } from '../cli.ts';
import {
  attachedIn,
  blob,
  createPublicKeyOfStranger,
  leaveOut,
  otherImage,
  replaceIn,
  sha256,
} from './attached.ts';
import { type Ended, PUBLIC_KEY, plimsoll } from './command.ts';

let registry: TestRegistry;
let home: string;
/** Folder of the image, and what the command that made and pushed it said. */
let image: string;
let made: Ended;
/** What it says of a registry that cannot be reached, after a quarter of a minute of trying again. */
let unreachable: Promise<Ended>;
const HOOK_MILLIS = 600_000;
beforeAll(async () => {
  registry = await startRegistry();
  home = folder();
  image = join(home, 'image');
  unreachable = pushTo('127.0.0.1:1/x:1', 'nobody');
  made = await plimsoll(
    [
      'package',
      'oci',
      example('iris.joblib'),
      '--output',
      image,
      '--push',
      `${registry.host}/team/iris:1`,
    ].concat(data('one')),
  );
}, HOOK_MILLIS);
afterAll(async () => {
  await registry.stop();
  rmSync(home, { recursive: true });
});

const data = (name: string): string[] => ['--data', join(home, name)];
const pushTo = (name: string, to = 'one') =>
  plimsoll(['package', 'oci', example('iris.joblib'), '--model-only', '--push', name, ...data(to)]);
const envelopeOf = (name: string, at = image) =>
  JSON.parse(attachedIn(at).get(name)!.bytes.toString()).dsseEnvelope;
const PROVENANCE = 'https://slsa.dev/provenance/v1';
const SIGNATURE = 'https://sigstore.dev/cosign/sign/v1';

describe('package oci --push', () => {
  it(
    'brings the image into a registry, from where skopeo pulls the same bytes',
    () => {
      expect(made.stderr).toBe('');
      expect(made.status).toBe(0);
      const pulled = join(home, 'pulled');
      const { status, stderr } = spawnSync(
        'skopeo',
        ['copy', '--src-tls-verify=false', `docker://${made.answer.pushed.pinned}`, `oci:${pulled}:1`],
        { encoding: 'utf8' },
      );
      expect(stderr).toBe('');
      expect(status).toBe(0);
      const index = JSON.parse(readFileSync(join(pulled, 'index.json'), 'utf8'));
      expect(index.manifests[0].digest).toBe(made.answer.digest);
      for (const name of readdirSync(join(pulled, 'blobs/sha256')))
        expect(sha256(blob(pulled, `sha256:${name}`))).toBe(name);
      expect(readdirSync(join(image, 'blobs/sha256'))).toEqual(
        expect.arrayContaining(readdirSync(join(pulled, 'blobs/sha256'))),
      );
    },
    HOOK_MILLIS,
  );

  it('sends nothing that is there: again alone, or mounted into another repository', async () => {
    const push = (name: string, ...more: string[]) =>
      plimsoll(['package', 'oci', example('iris.joblib'), '--model-only', ...more, ...to(name)]);
    const to = (name: string) => ['--push', `${registry.host}/${name}`, ...data('one')];
    const outcomes = ({ answer }: Ended) => answer.pushed.blobs.map(({ outcome }) => outcome);
    expect(outcomes(await push('team/model:1'))).toEqual(['sent', 'sent']);
    const again = await push('team/model:2');
    expect([again.answer.output, ...outcomes(again)]).toEqual([null, 'there', 'there']);
    expect(outcomes(await push('other/model:1', '--mount-from', 'team/model'))).toEqual([
      'mounted',
      'mounted',
    ]);
  }, 60_000);
});

describe('what goes with an image', () => {
  it('is a provenance that names every file it was made from by its own digest', () => {
    const { predicate, subject, predicateType } = JSON.parse(
      Buffer.from(envelopeOf(PROVENANCE).payload, 'base64').toString(),
    );
    expect(predicateType).toBe(PROVENANCE);
    expect(subject).toEqual([{ name: 'iris:1', digest: { sha256: made.answer.digest.slice(7) } }]);
    const from = new Map<string, object>(
      predicate.buildDefinition.resolvedDependencies.map((one: { name: string; digest: object }) => [
        one.name,
        one.digest,
      ]),
    );
    expect(from.get('iris.joblib')).toEqual({ sha256: sha256(readFileSync(example('iris.joblib'))) });
    const { debian, node } = lock.platforms['linux/amd64'];
    for (const { name, sha256: wanted } of debian) expect(from.get(name)).toEqual({ sha256: wanted });
    const integrity = Buffer.from(node.integrity.slice(7), 'base64').toString('hex');
    expect(from.get(node.name)).toEqual({ sha512: integrity });
    expect(predicate.runDetails.byproducts).toEqual([
      { name: 'sbom.cdx.json', digest: { sha256: attachedIn(image).get('sbom')!.digest.slice(7) } },
    ]);
  });

  it('names the golden rows that a version was proved with, which are not in the image', async () => {
    const golden = example('golden/iris.json');
    const at = join(home, 'proved');
    const given = [example('iris.joblib'), '--name', 'iris', '--golden', golden];
    expect((await plimsoll(['push', ...given, ...data('three')])).status).toBe(0);
    const args = ['package', 'oci', 'iris@1', '--model-only', '--output', at, ...data('three')];
    expect((await plimsoll(args)).status).toBe(0);
    const statement = JSON.parse(Buffer.from(envelopeOf(PROVENANCE, at).payload, 'base64').toString());
    expect(statement.predicate.buildDefinition.resolvedDependencies).toContainEqual({
      name: 'golden rows',
      digest: { sha256: sha256(readFileSync(golden)) },
      annotations: { role: 'golden rows' },
    });
  }, 60_000);

  it('is signed so that OpenSSL finds it right', () => {
    for (const name of [PROVENANCE, SIGNATURE]) {
      const { payloadType, payload, signatures } = envelopeOf(name);
      const bytes = Buffer.from(payload, 'base64');
      // https://github.com/secure-systems-lab/dsse/blob/master/protocol.md
      const head = `DSSEv1 ${payloadType.length} ${payloadType} ${bytes.length} `;
      const [message, signature, key] = ['message', 'signature', 'key.pem'].map((one) => join(home, one));
      writeFileSync(message!, Buffer.concat([Buffer.from(head), bytes]));
      writeFileSync(signature!, Buffer.from(signatures[0].sig, 'base64'));
      writeFileSync(key!, PUBLIC_KEY);
      const args = [
        'pkeyutl',
        '-verify',
        '-pubin',
        '-inkey',
        key!,
        '-rawin',
        '-in',
        message!,
        '-sigfile',
        signature!,
      ];
      const { stdout, status } = spawnSync('openssl', args, { encoding: 'utf8' });
      expect([stdout.trim(), status]).toEqual(['Signature Verified Successfully', 0]);
    }
  });

  it(
    'is a list of contents that its schema takes, with every package that is installed here as it is',
    () => {
      const lockFile = join(ROOT, 'tools/attest/requirements.txt');
      const python = preparePython('attest', lockFile, 'cyclonedx.validation.json');
      const sbom = attachedIn(image).get('sbom')!;
      expect(sbom.artifactType).toBe('application/vnd.cyclonedx+json');
      const path = join(home, 'sbom.json');
      const check = (bytes: string | Buffer) => {
        writeFileSync(path, bytes);
        return spawnSync(python, [join(ROOT, 'tools/attest/validate.py'), path], { encoding: 'utf8' });
      };
      const { status, stdout, stderr } = check(sbom.bytes);
      expect([status, stdout, stderr]).toEqual([0, '', '']);
      // What the schema refuses is refused here, too.
      const text = sbom.bytes.toString();
      expect(check(text.replace('"machine-learning-model"', '"model"')).status).toBe(1);
      const { components } = JSON.parse(text) as {
        components: Piece[];
      };
      const names = components.map(({ name }) => name);
      for (const wanted of [
        'node',
        'libc6',
        'libgcc-s1',
        'libstdc++6',
        'base-files',
        'plimsoll',
        'redoc',
        'iris',
      ])
        expect(names).toContain(wanted);
      const references = components.map((one) => one['bom-ref']);
      expect(new Set(references).size).toBe(references.length);
      expect(components.find(({ name }) => name === 'redoc')!.components!.map(({ name }) => name)).toContain(
        'react-dom',
      );
      for (const { name, version, purl, licenses } of components.filter(({ type }) => type === 'library')) {
        expect(licenses, name).toHaveLength(1);
        if (!purl!.startsWith('pkg:npm/')) continue;
        const installed = [join(ROOT, 'node_modules', name), join(ROOT, 'vendor', name), ...nested(name)]
          .filter((at) => existsSync(join(at, 'package.json')))
          .map((at) => JSON.parse(readFileSync(join(at, 'package.json'), 'utf8')).version);
        expect(installed, name).toContain(version);
      }
    },
    HOOK_MILLIS,
  );

  it('is the same, and the image too, when it is made again by another installation', async () => {
    const make = (output: string, by: string, env = {}) =>
      plimsoll(
        ['package', 'oci', example('iris.joblib'), '--model-only', '--output', output, ...data(by)],
        env,
      );
    const [first, again] = [join(home, 'first'), join(home, 'else/where/again')];
    expect((await make(first, 'one')).status).toBe(0);
    expect((await make(again, 'two', { TZ: 'Asia/Tokyo', SOURCE_DATE_EPOCH: '1' })).status).toBe(0);
    const bytes = (at: string) =>
      readdirSync(at, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.includes('.') || /[0-9a-f]{64}$/.test(name))
        .sort()
        .map((name) => [name, sha256(readFileSync(join(at, name)))]);
    expect(bytes(again)).toEqual(bytes(first));
  }, 60_000);
});

interface Piece {
  readonly type: string;
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly purl?: string;
  readonly licenses?: readonly object[];
  readonly components?: readonly { readonly name: string }[];
}

/** Folders of a package below those of others. */
function nested(name: string): string[] {
  const { stdout } = spawnSync(
    'find',
    [join(ROOT, 'node_modules/'), '-path', `*/node_modules/${name}/package.json`],
    {
      encoding: 'utf8',
    },
  );
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((path) => path.replace(/\/package\.json$/, ''));
}

describe('package attestations', () => {
  const check = (at: string, ...args: string[]) =>
    plimsoll(['package', 'attestations', at, ...data('one'), ...args]);

  it('believes an image in a folder and in a registry, by name and by digest', async () => {
    for (const at of [image, `${registry.host}/team/iris:1`, made.answer.pushed.pinned]) {
      const { status, answer } = await check(at);
      expect(status).toBe(0);
      expect(answer).toMatchObject({
        verified: true,
        digest: made.answer.digest,
        parameters: { model: 'iris' },
      });
    }
  });

  it('believes an archive, and asks no registry about what is, or looks like, a file', async () => {
    const archive = join(home, 'iris.tar');
    const args = ['oci', example('iris.joblib'), '--model-only', '--platform', 'linux/arm64', ...data('one')];
    const { digest } = (await plimsoll(['package', ...args, '--output', archive])).answer;
    expect(await check(archive)).toMatchObject({ status: 0, answer: { verified: true, digest } });
    expect(await check(example('iris.joblib'))).toMatchObject({
      answer: { error: { code: 'IMAGE_DAMAGED' } },
    });
    for (const absent of ['iris-imgae', './iris/image', 'iris.tar'])
      expect(await check(absent)).toMatchObject({ status: 2, answer: { error: { code: 'FILE_NOT_FOUND' } } });
  }, 60_000);

  it('believes no other key, no image without attestations, and none that is not there', async () => {
    const { publicKey } = createPublicKeyOfStranger();
    const path = join(home, 'stranger.pem');
    writeFileSync(path, publicKey);
    expect(await check(image, '--public-key', path)).toMatchObject({
      status: 1,
      answer: { error: { code: 'ATTESTATION_INVALID', message: expect.stringMatching(/has not signed it/) } },
    });
    const bare = join(home, 'bare');
    cpSync(image, bare, { recursive: true });
    rmSync(join(bare, 'referrers.json'));
    expect((await check(bare)).answer.error.message).toMatch(/nothing is attached/);
    expect(await check(`${registry.host}/team/iris:99`)).toMatchObject({
      status: 2,
      answer: { error: { code: 'IMAGE_NOT_FOUND' } },
    });
  });

  it('believes nothing that was changed: contents, provenance, image, or words about another image', async () => {
    const attempts: [string, (at: string) => void, string][] = [
      ['the list of contents', (at) => replaceIn(at, attachedIn(at).get('sbom')!.digest), 'IMAGE_DAMAGED'],
      ['the provenance', (at) => replaceIn(at, attachedIn(at).get(PROVENANCE)!.digest), 'IMAGE_DAMAGED'],
      ['the manifest', (at) => replaceIn(at, made.answer.digest), 'IMAGE_DAMAGED'],
      ['a layer', (at) => replaceIn(at, layerOf(at, -1)), 'IMAGE_DAMAGED'],
      [
        'a layer left out',
        (at) => rmSync(join(at, 'blobs/sha256', layerOf(at, 0).slice(7))),
        'IMAGE_DAMAGED',
      ],
      ['the contents left out', (at) => leaveOut(at, 0), 'ATTESTATION_INVALID'],
      ['the provenance left out', (at) => leaveOut(at, 1), 'ATTESTATION_INVALID'],
      ['the signature left out', (at) => leaveOut(at, 2), 'ATTESTATION_INVALID'],
      ['another image', otherImage, 'ATTESTATION_INVALID'],
    ];
    for (const [name, attempt, code] of attempts) {
      const at = join(home, `attempt-${name.replaceAll(' ', '-')}`);
      cpSync(image, at, { recursive: true });
      attempt(at);
      expect((await check(at)).answer.error?.code, name).toBe(code);
    }
  }, 60_000);
});

/** Digest of a layer, counted from the base, or from the model. */
const layerOf = (at: string, index: number): string =>
  JSON.parse(blob(at, made.answer.digest).toString()).layers.at(index).digest;

describe('package oci --push to what is no registry', () => {
  it('says before any work what cannot be a name, and how to mend what the registry says', async () => {
    expect(await pushTo('Not A Name')).toMatchObject({
      status: 2,
      answer: { error: { code: 'IMAGE_NAME_INVALID' } },
    });
    const gone = await unreachable;
    expect([gone.status, gone.answer.error.code]).toEqual([1, 'REGISTRY_UNREACHABLE']);
    expect(gone.answer.error.hint).toMatch(/Run the command again/);
    const nowhere = await plimsoll(['package', 'oci', example('iris.joblib'), ...data('one')]);
    expect([nowhere.status, nowhere.answer.error.message]).toEqual([
      2,
      expect.stringContaining("required option '--output' or '--push'"),
    ]);
  }, 60_000);
});
