/** What versions need and how they were proved. */
import { describe, expect, test } from 'vitest';
import { PlimsollError } from '../../core/errors.ts';
import { codeMissing } from './code-missing.ts';
import { neverProvedClean } from './never-proved-clean.ts';
import { aPython, aVersion } from './testing/evidence.ts';
import { unpinnedPickle } from './unpinned-pickle.ts';

const run = { runtime: 'python', file: 'churn.pkl' } as const;

describe('packages without pins', () => {
  test('that were not given at all are told with the lock that holds them', () => {
    const version = aVersion({ ...run, python: aPython({ requirements: null }) });
    expect(unpinnedPickle(version)).toMatchObject({
      subject: { kind: 'version', name: 'churn@1' },
      evidence: [
        'it was pushed without --requirements',
        '7 packages for Python 3.12.4 resolved on 2026-11-10, lock abababababab',
      ],
      fix: 'plimsoll push churn.pkl --name churn --runtime python --trust --requirements DATA/bundles/00/original/requirements.lock --rollout canary',
    });
  });

  test('are told with what they became', () => {
    const unpinned = [
      { line: 'numpy>=1.20', version: '2.4.6' },
      { line: 'pandas', version: null },
    ];
    const version = aVersion({ ...run, python: aPython({ unpinned }) });
    expect(unpinnedPickle(version)?.evidence[0]).toBe('numpy>=1.20 became 2.4.6, pandas');
    const many = Array.from({ length: 8 }, (_, k) => ({ line: `p${k}`, version: '1' }));
    const told = unpinnedPickle(aVersion({ ...run, python: aPython({ unpinned: many }) }));
    expect(told?.evidence[0]).toMatch(/p4 became 1, and 3 more$/);
  });

  test('are no matter of exact pins, of a model that is compiled, or of no package', () => {
    expect(unpinnedPickle(aVersion({ ...run, python: aPython() }))).toBeNull();
    expect(unpinnedPickle(aVersion())).toBeNull();
    const bare = aPython({ requirements: null, packages: 0 });
    expect(unpinnedPickle(aVersion({ ...run, python: bare }))).toBeNull();
  });
});

describe('code that did not come with the file', () => {
  const refused = (way: string, code = 'PYTHON_MODULE_MISSING') => {
    const about = { model: 'churn.pkl', module: 'features', by: 'churn.pkl', way };
    const { message } = new PlimsollError('PYTHON_MODULE_MISSING', about);
    const check = { name: 'clean room', ok: false, detail: `${message} (${code})`, code };
    return aVersion({ ...run, version: 2, state: 'refused', proof: null, checks: [check] });
  };

  test('is told by the refusal, with the option that brings it', () => {
    expect(codeMissing(refused('--code src/features.py'))).toMatchObject({
      subject: { kind: 'version', name: 'churn@2' },
      what: 'Module features did not come with churn.pkl',
      evidence: [
        'churn@2 was refused at 2026-11-10 12:00 UTC',
        'churn.pkl imports features, which is neither a package of its lock nor among its code',
      ],
      fix: 'plimsoll push churn.pkl --name churn --runtime python --trust --code src/features.py',
    });
  });

  test('may be a package', () => {
    const told = codeMissing(
      refused(
        '--requirements FILE with a line hdbscan==VERSION, and one for each other package that it needs',
      ),
    );
    expect(told?.fix).toMatch(/--requirements REQUIREMENTS\.txt$/);
    expect(told?.evidence[2]).toContain('a line hdbscan==VERSION');
  });

  test('may be a class that nobody said Python may run', () => {
    const about = { path: 'the model', class: 'shop_rules.Discount', offset: 23, field: 'the class' };
    const found = 'code of its own, which Plimsoll never runs from a file';
    const { message } = new PlimsollError('MODEL_UNSUPPORTED', { ...about, found, wanted: 'others' });
    const check = {
      name: 'format',
      ok: false,
      detail: `${message}. Way (MODEL_UNSUPPORTED)`,
      code: 'MODEL_UNSUPPORTED',
    };
    const told = codeMissing(aVersion({ file: 'rules.pkl', state: 'refused', proof: null, checks: [check] }));
    expect(told?.fix).toBe(
      'plimsoll push rules.pkl --name churn --runtime python --trust --code PATH/shop_rules.py',
    );
    expect(told?.evidence[1]).toMatch(/^shop_rules\.Discount is of no library/);
  });

  test('is not told of other refusals, and not of a version that is ready', () => {
    expect(codeMissing(refused('--code x.py', 'PYTHON_LOAD_FAILED'))).toBeNull();
    expect(codeMissing({ ...refused('--code x.py'), state: 'ready' })).toBeNull();
    expect(codeMissing(aVersion())).toBeNull();
  });
});

describe('a version that was never loaded in a clean environment', () => {
  const without = (...names: readonly string[]) =>
    aVersion().checks.filter(({ name }) => !names.includes(name));

  test('lacks the check', () => {
    expect(neverProvedClean(aVersion({ checks: without('warm-up') }))?.evidence).toEqual([
      'registered at 2026-11-10 12:00 UTC; checks that passed: checksum, format, self-test, signature, memory',
      'its checks hold neither warm-up nor clean room',
    ]);
  });

  test('or its bundle', () => {
    expect(neverProvedClean(aVersion({ proof: null }))?.evidence[1]).toMatch(/bundle is not there/);
  });

  test('or anything that its answers could be held against', () => {
    const told = neverProvedClean(aVersion({ proof: 'single-engine', runtime: 'onnx' }));
    expect(told?.evidence[0]).toMatch(/^proof: single-engine \(runs on onnx\)/);
    expect(told?.fix).toBe('plimsoll push churn.joblib --name churn --golden GOLDEN.json');
  });

  test('is none that was warmed up, or loaded in the clean room; one that was refused answers nobody', () => {
    expect(neverProvedClean(aVersion())).toBeNull();
    expect(neverProvedClean(aVersion({ proof: 'golden' }))).toBeNull();
    const room = [...without('warm-up'), { name: 'clean room', ok: true, detail: '', code: null }];
    expect(neverProvedClean(aVersion({ checks: room }))).toBeNull();
    expect(neverProvedClean(aVersion({ checks: [], state: 'refused', proof: null }))).toBeNull();
  });
});
