/** The console as people use it: tabs of a real browser over a server, which complain of nothing and ask nobody else. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { keepPicture, openBrowser } from '../browser.ts';

/** Runs in the page, and tells what breaks the rules of accessibility. */
const AXE = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

const DESKTOP = { width: 1360, height: 900 };
export const PHONE = { width: 390, height: 844 };
/** For what a busy machine does late. */
const PATIENCE = 60_000;

export interface Visit {
  readonly page: Page;
  /** What the page complained about, a policy that was broken among it. */
  readonly complaints: string[];
  readonly requests: string[];
}

/** Visits of one server. */
export class Visitor {
  readonly #browser: Browser;
  readonly #url: string;

  private constructor(browser: Browser, url: string) {
    this.#browser = browser;
    this.#url = url;
  }

  static async to(url: string): Promise<Visitor> {
    return new Visitor(await openBrowser(), url);
  }

  /** A new tab; with a key it is given as a person gives it. */
  async visit(path: string, key: string | null, options: BrowserContextOptions = {}): Promise<Visit> {
    const context = await this.#browser.newContext({ viewport: DESKTOP, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    const [complaints, requests]: [string[], string[]] = [[], []];
    page.on('pageerror', (error) => complaints.push(error.message));
    // That a key is wanted, and that a row does not fit, is how the page learns it.
    page.on('console', (message) => {
      const isKnown = /status of (401|422)/.test(message.text());
      if (['error', 'warning'].includes(message.type()) && !isKnown) complaints.push(message.text());
    });
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(this.#url + path);
    if (key !== null) await giveKey(page, key);
    return { page, complaints, requests };
  }

  /** Closes the tab, which complained of nothing and asked this server alone. */
  async leave({ page, complaints, requests }: Visit): Promise<void> {
    await page.context().close();
    expect(complaints).toEqual([]);
    expect(requests.filter((url) => !url.startsWith(this.#url) && !url.startsWith('blob:'))).toEqual([]);
  }

  close(): Promise<void> {
    return this.#browser.close();
  }
}

export async function giveKey(page: Page, key: string): Promise<void> {
  await page.getByLabel('API key').fill(key);
  await page.keyboard.press('Enter');
}

/** Nothing that keeps people out; with a picture for those who judge the rest. */
export async function lookAt(page: Page, name: string): Promise<void> {
  await keepPicture(page, `console-${name}`);
  await page.evaluate(AXE);
  const found = (await page.evaluate('axe.run()')) as AxeResults;
  const serious = found.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  expect(serious.map(({ id, nodes }) => [name, id, nodes.map(({ html }) => html)])).toEqual([]);
}

/** Presses the tab key until something has the focus; a page has fewer stops than this. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let k = 0; k < 60; k++) {
    if ((await target.and(page.locator(':focus')).count()) > 0) return;
    await page.keyboard.press('Tab');
  }
  throw new Error('the keyboard does not get there');
}
