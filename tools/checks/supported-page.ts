interface Family {
  readonly module: string;
  readonly classes: readonly string[];
}

const HEAD = `<!-- Generated from src/formats/sklearn/registry.ts and fixtures/models by \`npm run ok:generated:fix\`. -->
# What is supported

Fitted scikit-learn objects that Plimsoll reads, alone or anywhere inside the compositions of this table, from files
written by \`pickle\` (protocols 0 to 5) and joblib (raw, zlib, gzip, bz2, xz, lzma, lz4); and ONNX files, served after a
lint. Every class runs on both engines, native and ONNX, which check each other at registration. An option that has no
faithful equivalent is refused with the step, the field and the byte, never approximated: \`plimsoll inspect FILE\` says
so before anything is served.

A ✓ means that model files of that release with that class, and the library's own answers, are in \`fixtures/models\`
([how exactly they agree](exactness.md)). Files of the releases between, and of 0.21 to 0.23, are read by the same code.

`;

/** docs/supported.md. `covered` maps a release to the classes that its fixtures hold. */
export function supportedPage(
  families: readonly Family[],
  covered: ReadonlyMap<string, ReadonlySet<string>>,
): string {
  const releases = [...covered.keys()];
  const rows = families.flatMap(({ module, classes }) => classes.map((name) => ({ module, name })));
  rows.sort((a, b) => compare(a.module, b.module) || compare(a.name, b.name));
  const lines = rows.map(({ module, name }) => {
    const marks = releases.map((release) => (covered.get(release)!.has(name) ? '✓' : ' '));
    return `| \`${module}\` | ${name} | ${marks.join(' | ')} |\n`;
  });
  const columns = releases.map((release) => release.replace('sklearn-', ''));
  return `${HEAD}| package | class | ${columns.join(' | ')} |\n|---|---|${':-:|'.repeat(columns.length)}\n${lines.join('')}`;
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
