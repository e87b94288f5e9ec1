/** What a file that no reader here knows looks like, by its first bytes; nothing of it is loaded. Pure. */

export interface FormatGuess {
  /** In words: `a model of PyTorch`. */
  readonly what: string;
  /** The distribution that Python reads it with, or null where Python is of no use. */
  readonly distribution: string | null;
  /** What to do to have it read as data. */
  readonly way: string;
}

/** Where Unicode begins its pictures of control characters. */
const PICTURES = 0x2400;
/** Bytes that are looked at. */
export const GUESS_BYTES = 4096;

const TO_ONNX = 'export the model to ONNX';
const UNPACK = 'unpack it, and give the model in it';
const THE_MODEL = 'give the file of the model';

const readByPython = (what: string, distribution: string, way = TO_ONNX): FormatGuess => ({
  ...{ what, distribution, way },
});
const noModel = (what: string, way: string): FormatGuess => ({ what, distribution: null, way });
const dumped = (library: string, name: string): FormatGuess =>
  noModel(
    `a dump of ${library} for people to read`,
    `save the booster itself: booster.save_model("${name}")`,
  );

/** Signatures of formats; the first that fits counts. Control characters are written as pictures of them: ␀ is a byte 0. */
const SIGNATURES: readonly (readonly [RegExp, FormatGuess])[] = [
  [/^$/, noModel('an empty file', 'copy it again from where it was trained')],
  [
    /^version https:\/\/git-lfs/,
    noModel('a pointer of Git LFS, which stands for the file', 'fetch the file itself: git lfs pull'),
  ],
  [
    /^(?:ï»¿)?[ ␉␊␍]*<(?:!doctype html|html)[ >]/i,
    noModel(
      'a web page (HTML)',
      'download the file itself: such a page stands for it where a link asks to sign in, or only shows it',
    ),
  ],
  [
    /^PK␃␄.{26}[^␀]{0,200}data\.pkl/,
    readByPython(
      'a model of PyTorch (a zip file with data.pkl)',
      'torch',
      'export the model to ONNX: torch.onnx.export',
    ),
  ],
  [
    /^PK␃␄.{26}[^␀]{0,200}\.npy/,
    noModel('arrays of NumPy (.npz), and no model', 'save the fitted model itself'),
  ],
  [/^PK␃␄/, noModel('a zip file', UNPACK)],
  [/^\x93NUMPY/, noModel('an array of NumPy (.npy), and no model', 'save the fitted model itself')],
  [/^(?:7z\xbc\xaf|Rar!)/, noModel('an archive', UNPACK)],
  [/^.{257}ustar/, noModel('a tar file', UNPACK)],
  [/^.{4}TFL3/, readByPython('a model of TensorFlow Lite', 'tensorflow')],
  [/^GGUF/, noModel('weights of a language model (GGUF)', 'serve it with a program for language models')],
  [
    /^.{5}␀␀␀\{"/,
    noModel(
      'weights in safetensors, which are no model without its code',
      'export the model to ONNX where its code is',
    ),
  ],
  [
    /^(?:RDX|RDA|[XAB]␊␀␀␀[␂␃])/,
    noModel('an object of R', 'export the model as PMML (the packages pmml and r2pmml of R) or ONNX'),
  ],
  [/^PAR1/, noModel('a table in Parquet, and no model', THE_MODEL)],
  [/^(?:booster\[0\]|[ ␊␍]*\[[ ␊␍]*\{ *"nodeid")/, dumped('XGBoost', 'model.ubj')],
  [/^[ ␊␍]*\{ *"name" *: *"tree" *, *"version"/, dumped('LightGBM', 'model.txt')],
  [
    /^[ ␉␊␍]*[{[]/,
    noModel('JSON, and no model of XGBoost or CatBoost', `${THE_MODEL}, as its library saves it`),
  ],
  [/^[ -~␉␊␍]*$/, noModel('a text, and no model', `${THE_MODEL}, as its library saves it`)],
];

/** What the first bytes say, or null. */
export function guessFormat(head: Uint8Array): FormatGuess | null {
  const text = Array.from(head.subarray(0, GUESS_BYTES), (byte) =>
    String.fromCharCode(byte < 0x20 ? PICTURES + byte : byte),
  ).join('');
  return SIGNATURES.find(([signature]) => signature.test(text))?.[1] ?? null;
}
