import { rmSync, writeFileSync } from 'node:fs';
import module from 'node:module';
import { createServer } from 'node:net';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { messageOf, systemCodeOf } from '../../core/error-text.ts';
import { isPlimsollError } from '../../core/errors.ts';
import { partError } from '../../core/parts.ts';
import { makeFoldersSync } from '../../disk/make-folders.ts';
import { bytesText } from '../../text/bytes.ts';

export interface MachineCheck {
  readonly name: string;
  readonly status: 'ok' | 'warn' | 'fail';
  readonly found: string;
  /** What to do, where something is wrong. */
  readonly fix: string | null;
}

interface Subject {
  readonly dataDir: string;
  readonly port: number;
}

const NODE_WANTED = 24;
const MEMORY_WANTED = 512 * 2 ** 20;

const ok = (name: string, found: string): MachineCheck => ({ name, status: 'ok', found, fix: null });

/** Every check of `doctor`, in the order in which people need them. */
export async function machineChecks({ dataDir, port }: Subject): Promise<readonly MachineCheck[]> {
  return [
    node(),
    await library(
      'onnxruntime',
      'warn',
      async () => (await import('onnxruntime-node')).env.versions.node ?? '',
    ),
    await devices(),
    await library('duckdb', 'warn', async () => (await import('@duckdb/node-api')).version()),
    cores(),
    memory(),
    await portFree(port),
    dataWritable(dataDir),
    compileCache(),
    await uv(),
    await pythons(),
  ];
}

/** What `--device` may name; whether there is such a card, only a start on it tells. */
async function devices(): Promise<MachineCheck> {
  const { knownDevices } = await import('../../engine/onnx/devices.ts');
  try {
    return ok('devices', (await knownDevices()).join(', '));
  } catch {
    return { name: 'devices', status: 'warn', found: 'none without onnxruntime', fix: null };
  }
}

/** Wanted by models that only Python runs. */
async function uv(): Promise<MachineCheck> {
  const { findUv } = await import('../../python/uv.ts');
  try {
    const { version } = await findUv();
    return ok('uv', version);
  } catch (error) {
    if (!isPlimsollError(error)) throw error;
    return {
      name: 'uv',
      status: 'warn',
      found: 'none: models that need Python cannot be registered',
      fix: error.hint,
    };
  }
}

async function pythons(): Promise<MachineCheck> {
  const { findInterpreters } = await import('../../python/interpreters.ts');
  const found = await findInterpreters();
  if (found.length > 0) return ok('pythons', found.map(({ version }) => version).join(', '));
  const fix =
    'install one (uv python install 3.12), or name its program with PLIMSOLL_PYTHON: for models that need Python';
  return { name: 'pythons', status: 'warn', found: 'none of 3.8 or newer', fix };
}

function node(): MachineCheck {
  const major = Number.parseInt(process.versions.node, 10);
  if (major >= NODE_WANTED) return ok('node', process.versions.node);
  const fix = `install Node ${NODE_WANTED}: npm install --global node@${NODE_WANTED}`;
  return { name: 'node', status: 'fail', found: process.versions.node, fix };
}

/** Native libraries are needed by some models and files only. */
async function library(
  name: string,
  status: 'warn' | 'fail',
  load: () => Promise<string>,
): Promise<MachineCheck> {
  try {
    return ok(name, (await load()) || 'loads');
  } catch (error) {
    const part = partError(error);
    if (part?.code === 'PART_MISSING') return { name, status, found: 'not installed', fix: part.hint };
    const [found] = messageOf(error).split('\n');
    const fix = `use a platform that ${name} has binaries for (this is ${process.platform}-${process.arch})`;
    return { name, status, found: `does not load: ${found}`, fix };
  }
}

function cores(): MachineCheck {
  const found = availableParallelism();
  return ok('cores', String(found));
}

function memory(): MachineCheck {
  const free = process.availableMemory?.() ?? freemem();
  const found = `${bytesText(free)} free of ${bytesText(totalmem())}`;
  if (free >= MEMORY_WANTED) return ok('memory', found);
  return {
    name: 'memory',
    status: 'warn',
    found,
    fix: 'give the machine or the container at least 512 MB free',
  };
}

function portFree(port: number): Promise<MachineCheck> {
  return new Promise((done) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      const fix =
        error.code === 'EADDRINUSE'
          ? `serve on another port: --port ${port + 1}`
          : 'choose a port above 1023';
      done({ name: 'port', status: 'warn', found: `${port} cannot be used: ${error.code}`, fix });
    });
    probe.listen(port, '127.0.0.1', () => probe.close(() => done(ok('port', `${port} is free`))));
  });
}

/** Tries it: rights, a full disk and a read-only mount all show in a real file only. */
function dataWritable(dataDir: string): MachineCheck {
  const path = resolve(dataDir);
  const probe = join(path, `.doctor-${process.pid}`);
  try {
    const made = makeFoldersSync(path);
    writeFileSync(probe, 'probe', { flush: true });
    rmSync(made ?? probe, { recursive: true });
    return ok('data', `${path} ${made === undefined ? 'is writable' : 'can be made'}`);
  } catch (error) {
    const found = `${path}: ${systemCodeOf(error)}`;
    return {
      name: 'data',
      status: 'fail',
      found,
      fix: 'give another directory with --data DIR, or allow writing',
    };
  }
}

function compileCache(): MachineCheck {
  const directory = module.getCompileCacheDir?.();
  if (directory === undefined) {
    const fix = 'allow writing to ~/.cache, or set XDG_CACHE_HOME: starts take longer without';
    return { name: 'compile cache', status: 'warn', found: 'off', fix };
  }
  makeFoldersSync(directory);
  return ok('compile cache', directory);
}
