import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { test } from 'vitest';

/** Debian's browser; PLIMSOLL_CHROMIUM names another. */
const EXECUTABLE = process.env['PLIMSOLL_CHROMIUM'] ?? '/usr/bin/chromium';
const FLAGS = ['--no-sandbox', '--disable-gpu'];

/** Tests that look at pages; where there is no browser they are skipped, and `npm test` says so. */
export const hasBrowser = existsSync(EXECUTABLE);
export const inBrowser = test.skipIf(!hasBrowser);

export const openBrowser = (...flags: readonly string[]): Promise<Browser> =>
  chromium.launch({ executablePath: EXECUTABLE, args: [...FLAGS, ...flags] });
