import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { test } from 'vitest';
import { ROOT } from './cli.ts';

/** Debian's browser; PLIMSOLL_CHROMIUM names another. */
const EXECUTABLE = process.env['PLIMSOLL_CHROMIUM'] ?? '/usr/bin/chromium';
const FLAGS = ['--no-sandbox', '--disable-gpu'];

/** Tests that look at pages; where there is no browser they are skipped, and `npm test` says so. */
export const hasBrowser = existsSync(EXECUTABLE);
export const inBrowser = test.skipIf(!hasBrowser);

export const openBrowser = (...flags: readonly string[]): Promise<Browser> =>
  chromium.launch({ executablePath: EXECUTABLE, args: [...FLAGS, ...flags] });

/** Where the last run of the tests leaves pictures of what it looked at, for people. */
const PICTURES = process.env['PLIMSOLL_PICTURES'] ?? join(ROOT, '.pictures');

export async function keepPicture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}
