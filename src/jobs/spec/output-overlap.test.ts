import { describe, expect, it } from 'vitest';
import { wouldBeRead } from './output-overlap.ts';

describe('an output is read by the next run', () => {
  it.each([
    ['/data/a.csv', '/data/a.csv'],
    ['/data/out.csv', '/data/*.csv'],
    ['/data/2026/out.csv', '/data/**/*.csv'],
    ['/data/out.csv', '/data'],
    ['/data/out.csv', '/data/'],
    ['/data/out/', '/data/'],
    ['/data/', '/data/'],
    ['/data/', '/data'],
    ['/data/out/', '/data/*/*.parquet'],
    ['s3://b/data/out.parquet', 's3://b/data/'],
    ['s3://b/data/out.parquet', 's3://b/data/*.parquet'],
    ['s3://b/out/', 's3://b'],
  ])('%s, by a job that reads %s', (output, input) => {
    expect(wouldBeRead(output, input)).toBe(true);
  });

  it.each([
    ['/data/b.csv', '/data/a.csv'],
    ['/data/a.csv.out', '/data/a.csv'],
    ['/data/out.parquet', '/data/*.csv'],
    ['/data/out/x.csv', '/data/*.csv'],
    ['/database/out.csv', '/data'],
    ['/data/_out/x.csv', '/data'],
    ['/data/.scored.csv', '/data/*.csv'],
    ['/_work/data/out/', '/_work/data/*.csv'],
    ['s3://b/data/out.parquet', '/data/'],
    ['s3://c/data/out.parquet', 's3://b/data/'],
    ['postgres://h/d?table=t', 'postgres://h/d?table=s'],
    ['sqlite:/a.db?table=t', 'sqlite:/a.db?table=s'],
    ['/data/out.csv', '/data/[z-a].csv'],
  ])('%s is not, by a job that reads %s', (output, input) => {
    expect(wouldBeRead(output, input)).toBe(false);
  });
});
