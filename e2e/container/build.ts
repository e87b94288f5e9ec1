import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** Follows a Dockerfile without Docker: each stage is a folder, and what RUN says is run on this machine. */

export interface Followed {
  /** Folder of all stages. */
  readonly folder: string;
  /** Folder that stands for the root of the last stage. */
  readonly root: string;
  readonly env: Readonly<Record<string, string>>;
  /** ENTRYPOINT and CMD. */
  readonly command: readonly string[];
  /** What RUN ran, in its order. */
  readonly ran: readonly string[];
}

/** Paths of an image that instructions, variables and programs name: here they lie below the folder of a stage. */
const OF_IMAGE = /(?<![\w.])\/(?:opt\/plimsoll|usr\/local\/bin|tmp\/requirements\.lock)/g;
export const inRoot = (root: string, text: string): string =>
  text.replaceAll(OF_IMAGE, (path) => root + path);

/** `python` stands for the interpreter that the image of the second argument would bring, by its name there. */
export function followDockerfile(
  context: string,
  python: { readonly name: string; readonly path: string },
): Followed {
  const base = mkdtempSync(join(tmpdir(), 'plimsoll-followed-'));
  chmodSync(base, 0o755);
  const stages = new Map<string, string>();
  let [root, ran] = [base, [] as string[]];
  const [env, command] = [{} as Record<string, string>, [] as string[]];
  for (const [word, rest] of instructions(readFileSync(join(context, 'Dockerfile'), 'utf8'))) {
    const words = rest.split(' ').filter((one) => !one.startsWith('--platform='));
    if (word === 'FROM') {
      root = join(base, words[2] ?? 'last');
      mkdirSync(join(root, 'usr/local/bin'), { recursive: true });
      mkdirSync(join(root, 'tmp'));
      if (words[0]!.startsWith('$')) symlinkSync(python.path, join(root, 'usr/local/bin', python.name));
      stages.set(words[2] ?? 'last', root);
    } else if (word === 'ADD') unpack(join(context, words[0]!), root);
    else if (word === 'COPY') copy(words, { context, stages, root });
    else if (word === 'RUN') ran = [...ran, run(inRoot(root, rest), root)];
    else if (word === 'ENV')
      for (const one of words) env[one.slice(0, one.indexOf('='))] = one.slice(one.indexOf('=') + 1);
    else if (word === 'ENTRYPOINT' || word === 'CMD') command.push(...(JSON.parse(rest) as string[]));
    else if (!PASSED.has(word!)) throw new Error(`nobody follows ${word} ${rest}`);
  }
  return { folder: base, root, env, command, ran };
}

/** Instructions that matter to a builder alone. */
const PASSED = new Set(['ARG', 'LABEL', 'USER', 'WORKDIR', 'EXPOSE', 'STOPSIGNAL', 'HEALTHCHECK']);

const instructions = (text: string): [string, string][] =>
  text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\s*\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]);

function unpack(archive: string, root: string): void {
  const { status, stderr } = spawnSync('tar', ['-xzf', archive, '-C', root], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

interface Places {
  readonly context: string;
  readonly stages: ReadonlyMap<string, string>;
  readonly root: string;
}

function copy(words: readonly string[], { context, stages, root }: Places): void {
  const [from, to] = words.slice(-2) as [string, string];
  const stage = words.find((one) => one.startsWith('--from='))?.slice('--from='.length);
  const source = join(stage === undefined ? context : stages.get(stage)!, from);
  if (!existsSync(source)) throw new Error(`COPY ${from}: it is not there`);
  const isInto = to.endsWith('/') && statSync(source).isFile();
  const target = join(root, to, isInto ? basename(from) : '');
  mkdirSync(dirname(target), { recursive: true });
  cpSync(source, target, { recursive: true, verbatimSymlinks: true });
}

function run(line: string, root: string): string {
  const PATH = [join(root, 'usr/local/bin'), process.env['PATH']].join(':');
  const { status, stderr } = spawnSync('sh', ['-c', line], {
    ...{ encoding: 'utf8', cwd: '/', env: { ...process.env, PATH } },
  });
  if (status !== 0) throw new Error(`RUN ${line}\n${stderr}`);
  return line;
}
