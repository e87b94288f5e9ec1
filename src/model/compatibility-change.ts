/** One difference between two signatures, in words for the people who call the model. */
export interface SignatureDifference {
  readonly where: 'inputs' | 'outputs';
  /** The column, input or output; null where it concerns all of them. */
  readonly name: string | null;
  /** A whole sentence without its full stop: `input "age" is gone: …`. */
  readonly text: string;
}

/** A difference with what it means to callers. */
export interface SignatureChange extends SignatureDifference {
  readonly breaking: boolean;
}
