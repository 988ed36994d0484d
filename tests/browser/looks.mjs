// tests/browser/looks.mjs - what people see, in each state of a page: photographed in light and dark at three widths
// (tests/artefacts/), and at each of them nothing is cut off and axe finds nothing.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';
import { artefacts } from './site.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const widths = [320, 768, 1280];
const schemes = ['light', 'dark'];

// One test for each of `states`: a name, and what gives a page in that state. `person` is asked for when it runs, and
// came with bypassCSP, for axe alone.
export function lookAt(states, person) {
  for (const [state, arrive] of Object.entries(states)) {
    test(`${state}: photographed, fits, and is accessible`, async () => {
      await person().context.clearCookies();
      const page = await arrive();
      try {
        await page.evaluate(axe);
        for (const colorScheme of schemes) {
          await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
          for (const width of widths) await look(page, `${state}-${colorScheme}-${width}`, width);
        }
      } finally {
        await page.close();
      }
    });
  }
}

async function look(page, name, width) {
  await page.setViewportSize({ width, height: width === 320 ? 640 : 800 });
  await page.screenshot({ path: path.join(artefacts, `${name}.png`), fullPage: true });
  await fits(page, name);
  const { violations } = await page.evaluate(() => window.axe.run());
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(' ')}`), [], name);
}

// Nothing is wider than the window.
export async function fits(page, name = page.url()) {
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(overflow <= 0, `${name}: ${overflow} px too wide`);
}

// 1280 × 960 at 200 %: half as many CSS pixels.
export async function fitsAt200Percent(page) {
  await page.setViewportSize({ width: 640, height: 480 });
  await fits(page);
}
