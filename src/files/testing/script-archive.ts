import type { ByteSource } from '../../formats/format.ts';
import { DEFAULT_LIMITS } from '../../formats/limits.ts';
import { zipOf } from '../../formats/zip/testing/zips.ts';
import type { ModelDescription } from '../../model/description.ts';
import { detectFormat } from '../../reading/formats.ts';
import { CODECS } from '../codecs.ts';

/** An object of `__torch__.Net` without attributes but `training`. */
const MODULE = Buffer.from('\x80\x02c__torch__\nNet\n)\x81}(X\x08\0\0\0training\x89ub.', 'latin1');
export const SCRIPT_HEAD = `class Net(Module):
  __parameters__ = []
  training : bool
`;

/** An archive of a module with methods, and of functions beside it. */
export function scriptArchive(
  methods: string,
  functions = '',
  more: Readonly<Record<string, string>> = {},
): Uint8Array {
  const indented = methods.replaceAll(/^(?=.)/gm, '  ');
  const members = {
    'net/data.pkl': MODULE,
    'net/code/__torch__.py': `${SCRIPT_HEAD}${indented}\n${functions}`,
    'net/constants.pkl': Buffer.from('\x80\x02).', 'latin1'),
    'net/version': '3\n',
    ...more,
  };
  return Buffer.from(zipOf(Object.entries(members).map(([name, content]) => ({ name, content }))));
}

/** The method of a network that takes one tensor. */
export const forwardCode = (body: string): string =>
  `def forward(self: __torch__.Net,\n    x: Tensor) -> Tensor:\n${body.replaceAll(/^(?=.)/gm, '  ')}\n`;

const CONTEXT = { limits: DEFAULT_LIMITS, codecs: CODECS, now: () => performance.now() };
/** Reads an archive from memory. */
export const readScript = (bytes: Uint8Array, objectBytes = DEFAULT_LIMITS.objectBytes): ModelDescription => {
  const source: ByteSource = {
    name: 'model',
    size: bytes.length,
    slice: (start, end) => bytes.subarray(start, end),
    sibling: () => null,
  };
  return detectFormat(source).read(source, { ...CONTEXT, limits: { ...DEFAULT_LIMITS, objectBytes } });
};
