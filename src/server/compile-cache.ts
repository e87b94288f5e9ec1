import module from 'node:module';

const WAIT_MILLIS = 1000;

/** Writes the compile cache soon: a server that is killed later would leave none for the next start. */
export function rememberCompiledCode(): void {
  setTimeout(() => module.flushCompileCache?.(), WAIT_MILLIS).unref();
}
