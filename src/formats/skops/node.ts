import { PlimsollError } from '../../core/errors.ts';
import { type DocumentValue, isObject } from '../json/document.ts';
import { DocumentView, shownValue } from '../json/document-view.ts';

const WHAT = 'schema.json of a skops file';

/** One node of a skops file: what rebuilds it (`__loader__`), of which class it is, and what it is made of. */
export class SkopsNode extends DocumentView {
  readonly loader: string;
  readonly module: string;
  readonly name: string;

  /** Throws READ_CORRUPT where `json` is no node; `around` is the position of what holds it. */
  constructor(json: DocumentValue | undefined, around: number) {
    if (!isObject(json)) throw corruptSkops(around, shownValue(json), 'a node');
    super(json, { path: '', offset: around }, ({ offset }, field, found, wanted) =>
      corruptSkops(offset, `"${field}" is ${found}`, wanted),
    );
    this.loader = this.text('__loader__');
    this.module = this.text('__module__');
    this.name = this.text('__class__');
  }

  /** Byte in schema.json. */
  get offset(): number {
    return this.place.offset;
  }

  /** `sklearn.svm._classes.SVC`. */
  get className(): string {
    return `${this.module}.${this.name}`;
  }

  /** The object that Python saved, where it says: nodes of the same id are one object. */
  get id(): number | null {
    const id = this.isGiven('__id__') ? this.integer('__id__') : 0;
    return id === 0 ? null : id;
  }

  corrupt(found: string, wanted: string): PlimsollError {
    return corruptSkops(this.offset, found, wanted);
  }

  /** A node that would have Python call what its kind never is. */
  unsafe(reason: string): PlimsollError {
    const found = `a ${this.loader} of ${this.className}, ${reason}`;
    return new PlimsollError('READ_UNSAFE', { what: WHAT, offset: this.offset, found });
  }
}

export const corruptSkops = (offset: number, found: string, wanted: string): PlimsollError =>
  new PlimsollError('READ_CORRUPT', { what: WHAT, offset, found, wanted });
