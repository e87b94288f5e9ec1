/**
 * Takes the pictures of the console that the docs show, of a server with real models under scripted traffic: `npm run
 * docs:pictures`, or with names of pictures for some of them. Takes two minutes and Debian's Chromium.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openBrowser } from '../e2e/browser.ts';
import { take } from './pictures/camera.ts';
import { openScene } from './pictures/scene.ts';
import { shotsOf } from './pictures/shots.ts';

const FOLDER = join(import.meta.dirname, '../docs/pictures');
const wanted = process.argv.slice(2);

mkdirSync(FOLDER, { recursive: true });
const scene = await openScene((step) => console.log(step));
const browser = await openBrowser();
try {
  for (const shot of shotsOf(scene))
    if (wanted.length === 0 || wanted.includes(shot.name)) {
      const bytes = await take(browser, scene.url, shot, FOLDER);
      console.log(`${shot.name}.webp: ${Math.round(bytes / 1000)} kB`);
    }
} finally {
  await browser.close();
  await scene.close();
}
