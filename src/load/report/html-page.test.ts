import { expect, test } from 'vitest';
import { readValue } from '../../schema/read-value.ts';
import { BENCH_REPORT } from './bench-report.ts';
import { htmlPage } from './html-page.ts';
import { aPoint, aReport } from './testing/a-report.ts';

const HOSTILE = `</title><script>alert(1)</script>"'&<img src=x onerror=alert(2)>\u202e\u0000`;

test('the document is what its schema says', () => {
  const report = aReport();
  expect(readValue(BENCH_REPORT, report, 'report', [])).toEqual(report);
});

test('a page holds no word of a stranger as markup', () => {
  const point = aPoint(100, { failed: { [HOSTILE]: 3 } });
  const page = htmlPage(
    aReport({
      ...{ subject: HOSTILE, url: HOSTILE, version: HOSTILE, caveats: [HOSTILE], unpredicted: HOSTILE },
      ...{ steps: [point], half: point, nineTenths: { ...point, name: HOSTILE } },
      machine: { cpu: HOSTILE, cores: 1, memory: 1, node: HOSTILE, system: HOSTILE },
      sent: { rows: 1, bytes: 1, bodies: 1, source: HOSTILE },
      findings: [{ cause: 'model', text: HOSTILE, evidence: [HOSTILE] }],
    }),
  );
  expect(page).not.toMatch(/<script|<img|\u202e/);
  expect(page).not.toContain('\u0000');
  expect(page.split('alert(1)').length).toBeGreaterThan(8);
  expect(page).not.toMatch(/"'&(?!amp;|lt;|gt;|quot;|#39;)/);
});

test('a page asks for nothing else, and runs nothing', () => {
  const page = htmlPage(aReport());
  expect(page).toContain("default-src 'none'");
  expect(page).not.toMatch(/<script|<link|@import|url\(|\ssrc=|\shref=/);
});

test('a page says the knee, what was sent, and how sure a p99.9 is', () => {
  const few = aPoint(5, { name: 'half of the knee' });
  const page = htmlPage(
    aReport({
      half: { ...few, latency: { ...few.latency, count: 50, p999: { value: 12, low: 9, high: null } } },
    }),
  );
  expect(page).toContain(
    'It keeps up with 1,000 requests a second (1,040/s is too much): 99 of 100 are answered within 50 ms',
  );
  expect(page).toContain('12 (10 to 20)');
  expect(page).toContain('≥ 12 (50 answers are too few)');
  expect(page).toContain('A closed loop of 8 clients got 1,100/s answers.');
});

test('a report without anything measured is a page all the same', () => {
  const empty = aReport({ peak: null, knee: null, steps: [], half: null, nineTenths: null, isGone: true });
  const page = htmlPage(empty);
  expect(page).toContain('No knee was found: nothing was measured');
  expect(page).toContain('stopped answering');
  expect(page).not.toMatch(/NaN|Infinity|undefined|null/);
});

test('prediction and measurement stand beside each other, with how far they are apart', () => {
  const times = { p50: 1.8, p99: 7.2, p999: 20 };
  const page = htmlPage(
    aReport({
      prediction: {
        source: 'its registration',
        rate: 1200,
        limit: 'the event loop',
        half: times,
        nineTenths: null,
      },
    }),
  );
  expect(page).toContain('<td>1,200/s</td><td>1,000/s</td><td>+20 %</td>');
  expect(page).toContain('<td>7.2 ms</td><td>8 ms</td><td>−10 %</td>');
});
