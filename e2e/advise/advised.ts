/** A folder of an advice about a real model, and the commands of its page, run in it as they are printed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import type { Blueprint } from '../../src/advise/files/blueprint.ts';
import { blueprintModel } from '../../src/advise/files/model.ts';
import { adviseFiles } from '../../src/advise/files/render.ts';
import { blueprint } from '../../src/advise/files/testing/blueprints.ts';
import { writeFolder } from '../../src/advise/files/write.ts';
import { resolveModel } from '../../src/jobs/run/model.ts';
import { BIN, type Finished, folder } from '../cli.ts';

const LIMIT_MILLIS = 120_000;

/** A `plimsoll` on the path, as installations have it. */
const programs = folder();
const program = join(programs, 'plimsoll');
writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${BIN}' "$@"\n`);
chmodSync(program, 0o755);

/** A server that a command of the page has started. */
export interface StartedServer {
  readonly url: string;
  readonly child: ChildProcess;
  stop(): Promise<void>;
}

export class Advised {
  readonly folder: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #servers: StartedServer[] = [];

  private constructor(path: string, env: Readonly<Record<string, string>>) {
    this.folder = path;
    // The port of the printed command may be somebody else's here.
    const own = { NO_COLOR: '1', PLIMSOLL_PORT: '0', PATH: `${programs}:${process.env['PATH']}` };
    this.#env = { ...process.env, ...own, ...env };
  }

  /** The files of this pattern for a file of a model, in a folder of their own; `env` is that of all commands. */
  static async of(
    file: string,
    more: Partial<Blueprint>,
    env: Readonly<Record<string, string>> = {},
  ): Promise<Advised> {
    const work = folder();
    const path = join(work, 'advised');
    const name = basename(file).replace(/\..*$/, '');
    const { accepted } = await resolveModel(file, {
      dataDir: join(work, 'data'),
      ask: () => Promise.reject(new Error('a file is no version')),
      onProgress: () => undefined,
    });
    const place = { kind: 'file', path: relative(path, file), flags: [] } as const;
    const model = blueprintModel(name, accepted.manifest, place);
    writeFolder(path, adviseFiles(blueprint({ name, model, ...more })).files);
    return new Advised(path, env);
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  /** The commands of the page, in order. */
  get commands(): readonly string[] {
    const blocks = [...this.read('README.md').matchAll(/```sh\n(.*?)```/gs)].map(([, block]) => block!);
    return blocks.flatMap((block) =>
      block.split('\n').filter((line) => line !== '' && !line.startsWith('#')),
    );
  }

  /** The one command that begins with these words. */
  command(...words: readonly string[]): string {
    const [found, ...others] = this.commands.filter((line) => line.startsWith(`plimsoll ${words.join(' ')}`));
    if (found === undefined || others.length > 0)
      throw new Error(`${words.join(' ')}: ${this.commands.join('\n')}`);
    return found;
  }

  /** Runs a line in a shell in the folder, to its end. */
  async run(line: string): Promise<Finished> {
    const child = spawn('sh', ['-c', line], { cwd: this.folder, env: this.#env, timeout: LIMIT_MILLIS });
    const [stdout, stderr] = [collected(child, 'stdout'), collected(child, 'stderr')];
    const [status] = await once(child, 'close');
    return { status, stdout: stdout(), stderr: stderr() };
  }

  /** The same, which has to end well; what it printed. */
  async done(line: string): Promise<string> {
    const { status, stdout, stderr } = await this.run(line);
    if (status !== 0) throw new Error(`${line} ended with ${status}:\n${stdout}\n${stderr}`);
    return stdout;
  }

  /** Starts the `serve` of the page, which says where it answers. */
  async serve(): Promise<StartedServer> {
    const child = spawn('sh', ['-c', `exec ${this.command('serve')}`], { cwd: this.folder, env: this.#env });
    const [stdout, stderr] = [collected(child, 'stdout'), collected(child, 'stderr')];
    const gone = once(child, 'exit');
    const url = await Promise.race([addressIn(child, stdout), gone.then(() => null)]);
    if (url === null) throw new Error(`serve ended:\n${stdout()}\n${stderr()}`);
    const stop = async (): Promise<void> => {
      if (child.exitCode === null) child.kill('SIGTERM');
      await gone;
    };
    const server = { url, child, stop };
    this.#servers.push(server);
    return server;
  }

  write(name: string, text: string): void {
    mkdirSync(join(this.folder, name, '..'), { recursive: true });
    writeFileSync(this.path(name), text);
  }

  has(name: string): boolean {
    return existsSync(this.path(name));
  }

  async close(): Promise<void> {
    for (const server of this.#servers) await server.stop();
  }
}

function collected(child: ChildProcess, stream: 'stdout' | 'stderr'): () => string {
  let text = '';
  child[stream]?.on('data', (chunk) => {
    text += chunk;
  });
  return () => text;
}

async function addressIn(child: ChildProcess, stdout: () => string): Promise<string> {
  for (;;) {
    const url = /Serving on (http:\S+)/.exec(stdout())?.[1];
    if (url !== undefined) return url;
    await once(child.stdout!, 'data');
  }
}
