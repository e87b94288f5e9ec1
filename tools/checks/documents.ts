import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../free-port.ts';
import { type Example, examplesOf, matches } from './console-block.ts';
import { listFiles, type Problem, ROOT, report } from './project.ts';

/** The port that documents speak of; commands run with a free one in its place. */
const WRITTEN_PORT = '8080';
const COMMAND_TIMEOUT_MS = 60_000;
const READY_TIMEOUT_MS = 60_000;

/** Documents whose ```console blocks are run. */
const isExecuted = (path: string): boolean =>
  !path.startsWith('node_modules/') && !path.startsWith('fixtures/') && !path.startsWith('docs/adr/');

interface Stage {
  /** A folder that looks like the checkout, where commands may leave files. */
  readonly folder: string;
  readonly port: string;
  readonly running: ChildProcess[];
}

/** Runs the console examples of one document in order; a problem for each that prints something else or fails. */
export async function runExamples(file: string, markdown: string, folder: string): Promise<Problem[]> {
  const stage: Stage = { folder, port: String(await freePort()), running: [] };
  const problems: Problem[] = [];
  try {
    for (const example of examplesOf(markdown)) {
      const ported = (text: string): string => text.replaceAll(WRITTEN_PORT, stage.port);
      const expected = example.expected.map(ported);
      const run = example.background ? start : runToEnd;
      const output = await run({ ...example, command: ported(example.command), expected }, stage);
      if (!matches(output, expected)) {
        const message = `\`${example.command}\` printed\n${indent(output)}\nwhere the document says\n${indent(expected.join('\n'))}`;
        problems.push({ file, line: example.line, message });
      }
    }
  } finally {
    stage.running
      .filter(({ exitCode }) => exitCode === null)
      .forEach((child) => process.kill(-child.pid!, 'SIGTERM'));
  }
  return problems;
}

const indent = (text: string): string => text.replace(/^/gm, '    ');

const environment = ({ port }: Stage): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env['PATH']}`,
  PLIMSOLL_PORT: port,
  NO_COLOR: '1',
});

function runToEnd({ command }: Example, stage: Stage): Promise<string> {
  const result = spawnSync('bash', ['-c', command], {
    cwd: stage.folder,
    env: environment(stage),
    encoding: 'utf8',
    timeout: COMMAND_TIMEOUT_MS,
  });
  return Promise.resolve(`${result.stdout}${result.stderr}`);
}

/** Starts a command that keeps running and waits until it has printed what it should. */
function start({ command, expected }: Example, stage: Stage): Promise<string> {
  const child = spawn('bash', ['-c', command], {
    cwd: stage.folder,
    env: environment(stage),
    detached: true,
  });
  stage.running.push(child);
  return new Promise((resolve) => {
    let output = '';
    const settle = (): void => {
      clearTimeout(timer);
      resolve(output);
    };
    const timer = setTimeout(settle, READY_TIMEOUT_MS);
    const take = (chunk: Buffer): void => {
      output += chunk;
      if (matches(output, expected)) settle();
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('exit', settle);
  });
}

/** Runs every document in a folder of links to the checkout, removed afterwards. */
async function checkDocuments(): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const { path, text } of listFiles('.', '.md').filter((file) => isExecuted(file.path))) {
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-documents-'));
    try {
      for (const name of readdirSync(ROOT)) {
        if (!['.git', '.plimsoll', '.cache'].includes(name))
          symlinkSync(join(ROOT, name), join(folder, name));
      }
      problems.push(...(await runExamples(path, text, folder)));
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  return problems;
}

if (import.meta.main) report('documents', await checkDocuments());
