/** Pictures of pages as WebP, twice as fine as they are shown, and small enough for a page of text. */
import { writeFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';

/** Bytes of a picture. */
const MOST = 120_000;
const WIDTH = 1280;
const QUALITIES = [82, 70, 58, 46, 34, 22];

export interface Shot {
  /** Of the file. */
  readonly name: string;
  /** Below the address of the server. */
  readonly path: string;
  readonly height?: number;
  /** Waits for what is to be seen, and does what is to be done before. */
  readonly ready: (page: Page) => Promise<unknown>;
}

/** Takes one picture; answers its bytes. */
export async function take(browser: Browser, url: string, shot: Shot, folder: string): Promise<number> {
  const { name, path, height = 860, ready } = shot;
  const context = await browser.newContext({
    viewport: { width: WIDTH, height },
    ...{ deviceScaleFactor: 2, colorScheme: 'light', locale: 'en-GB', timezoneId: 'UTC' },
  });
  try {
    const page = await context.newPage();
    await page.goto(url + path);
    await ready(page);
    // Charts are drawn, fonts are there, nothing is in motion.
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    const picture = await smallest(page);
    writeFileSync(`${folder}/${name}.webp`, picture);
    return picture.length;
  } finally {
    await context.close();
  }
}

/** As fine as fits. Throws where not even the coarsest does. */
async function smallest(page: Page): Promise<Buffer> {
  const session = await page.context().newCDPSession(page);
  for (const quality of QUALITIES) {
    const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality });
    const picture = Buffer.from(data, 'base64');
    if (picture.length <= MOST) return picture;
  }
  throw new Error(`a picture of ${page.url()} has more than ${MOST} bytes`);
}
