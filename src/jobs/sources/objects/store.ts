/** Where objects are that are read by ranges of bytes. */

export interface StoredObject {
  /** Without secrets: what the object is called in the frozen input and to people. */
  readonly uri: string;
  readonly size: number;
  /** When it was written, in milliseconds since the epoch. */
  readonly mtimeMs: number;
  /** Another one whenever the bytes are others. */
  readonly version: string;
}

export interface ObjectStore {
  /** Whether ranges can be read, or only all of it. */
  readonly ranges: boolean;
  /** Objects that the source names. Throws FILE_NOT_FOUND, SOURCE_INVALID, SOURCE_UNAVAILABLE. */
  list(): Promise<readonly StoredObject[]>;
  /** Bytes `[from, to)` of this version. Throws INPUT_CHANGED where there is another, or none; SOURCE_UNAVAILABLE. */
  read(object: StoredObject, from: number, to: number): AsyncIterable<Uint8Array>;
  close(): void;
}
