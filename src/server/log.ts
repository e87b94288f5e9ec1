import type { Logger } from '../core/ports.ts';

/**
 * Log lines as JSON on stderr, each with the fields of `base`. The library loads with the first line, so that a quiet
 * start pays nothing for it.
 */
export function stderrLog(base: object | null = null): Logger {
  let opened: Promise<{ log: Logger }> | undefined;
  const open = async (): Promise<{ log: Logger }> => {
    // A CommonJS package: inside the bundle only its default export is there.
    const { default: pino } = await import('pino');
    return { log: pino({ base }, pino.destination({ fd: 2, sync: true })) };
  };
  const write =
    (level: 'info' | 'warn' | 'error') =>
    (fields: object, message: string): void => {
      opened ??= open();
      opened.then(({ log }) => log[level](fields, message));
    };
  return { info: write('info'), warn: write('warn'), error: write('error') };
}
