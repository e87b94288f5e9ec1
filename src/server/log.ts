import type { Logger } from '../core/ports.ts';

/** Levels as pino numbers them. */
const LEVELS = { info: 30, warn: 40, error: 50 } as const;

/**
 * Log lines as JSON on stderr, each with the fields of `base`. The library loads with the first line, so that a quiet
 * start pays nothing for it; where it cannot be loaded (EMFILE), the line is written without it, and the next one tries again.
 */
export function stderrLog(base: object | null = null): Logger {
  let opened: Promise<{ log: Logger }> | undefined;
  const open = async (): Promise<{ log: Logger }> => {
    // A CommonJS package: inside the bundle only its default export is there.
    const { default: pino } = await import('pino');
    return { log: pino({ base }, pino.destination({ fd: 2, sync: true })) };
  };
  const write =
    (level: keyof typeof LEVELS) =>
    (fields: object, message: string): void => {
      opened ??= open();
      opened.then(
        ({ log }) => log[level](fields, message),
        () => {
          opened = undefined;
          process.stderr.write(
            `${JSON.stringify({ level: LEVELS[level], time: Date.now(), ...base, ...fields, msg: message })}\n`,
          );
        },
      );
    };
  return { info: write('info'), warn: write('warn'), error: write('error') };
}
