// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders look like that.
import { expect, test } from 'vitest';
import { veilOf } from './veil.ts';

const uris = (source: string, sink = 'out.csv') => ({ source: { uri: source }, sink: { uri: sink } });
const TOKEN = { TOKEN: 't0k/en+x', HOST: 'db.example', OUT: '/data/acme-corp' };

test('what a variable holds is put back as it was written, wherever it stands, and comes back', () => {
  const veil = veilOf(uris('https://${HOST}/${TOKEN}/x.csv?t=${TOKEN}', '${OUT}/y.csv'), TOKEN);
  const told = {
    items: [{ path: 'https://db.example/t0k/en+x/x.csv?t=t0k%2Fen%2Bx' }],
    '/data/acme-corp/y.csv': ['where: /data/acme-corp/y.csv', 7, null, true],
  };
  const concealed = veil.conceal(told);
  expect(concealed).toEqual({
    items: [{ path: 'https://db.example/${TOKEN}/x.csv?t=${TOKEN:url}' }],
    '${OUT}/y.csv': ['where: ${OUT}/y.csv', 7, null, true],
  });
  expect(veil.reveal(concealed)).toEqual(told);
});

test('the name of a host is told, and what is too short to be found is left', () => {
  const { conceal } = veilOf(uris('https://${HOST}/${A}/x.csv'), { HOST: 'db.example', A: 'abc' });
  expect(conceal('db.example abc')).toBe('db.example abc');
});

test('values within values and within names come back', () => {
  const values = { LONG: 'SHORT-and-more', SHORT: 'SHORT', NAME: 'LONG' };
  const veil = veilOf(uris('/${LONG}/${SHORT}/${NAME}'), values);
  const path = '/SHORT-and-more/SHORT/LONG';
  expect(veil.conceal(path)).toBe('/${LONG}/${SHORT}/${NAME}');
  expect(veil.reveal(veil.conceal(path))).toBe(path);
});

test('a URI that is a variable as a whole is told by its name', () => {
  const { conceal } = veilOf(uris('${INPUT}'), { INPUT: 's3://bucket/acme/x.csv' });
  expect(conceal('Cannot read s3://bucket/acme/x.csv')).toBe('Cannot read ${INPUT}');
});
