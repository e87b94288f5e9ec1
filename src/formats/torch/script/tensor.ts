import { PlimsollError } from '../../../core/errors.ts';
import { modelUnsupported } from '../../../model/way-past.ts';
import { type AtenTensor, describeAten } from '../aten/value.ts';

/** How a tensor is seen in another: made anew where that one is written into, and written back into it. */
export interface TensorView {
  readonly base: ScriptTensor;
  /** Null where torch may have made a copy: what it is then depends on memory that nothing here lays out. */
  readonly again: ((base: AtenTensor) => AtenTensor) | null;
  readonly scatter: ((base: AtenTensor, value: AtenTensor) => AtenTensor) | null;
}

/** What stands behind a tensor: the file, an input, or operators. */
export interface TensorOrigin {
  /** Full name of a parameter or a buffer, or null: what a call writes into it, the next call would read. */
  readonly stored: string | null;
  /** The input that it is, seen through operators that leave sizes alone, while nothing has said how many axes it has. */
  readonly input: string | null;
}

const MADE: TensorOrigin = { stored: null, input: null };

/**
 * A tensor as the code knows it: something that operators may write into, and that several names see. Writing into a view
 * writes into what it is a view of, and all other views of that follow.
 */
export class ScriptTensor {
  readonly type = 'ref';
  readonly origin: TensorOrigin;
  #view: TensorView | null;
  /** Whether other tensors are views of it. */
  #isSeen = false;
  #value: AtenTensor | null;
  #version = 0;
  #seen: number;
  /** The operator that wrote into what may be seen here. */
  #spoiled: string | null = null;

  constructor(value: AtenTensor | null, origin: TensorOrigin = MADE, view: TensorView | null = null) {
    this.#value = value;
    this.origin = origin;
    this.#view = view;
    this.#seen = view?.base.version ?? 0;
    if (view !== null) view.base.#isSeen = true;
  }

  /** Whether something has said how many axes it has. */
  get isKnown(): boolean {
    return this.#value !== null;
  }

  get value(): AtenTensor {
    this.#follow();
    if (this.#spoiled !== null) throw spoiled(this.#spoiled);
    if (this.#value === null)
      throw new PlimsollError('INTERNAL', { action: 'reading an input', reason: 'its axes are not known' });
    return this.#value;
  }

  get version(): number {
    this.#follow();
    return this.#version;
  }

  describe(): string {
    return this.#value === null ? 'any axes' : describeAten(this.#value).replace('a tensor of ', '');
  }

  #follow(): void {
    const view = this.#view;
    // What nobody may read any more is not made again.
    if (view === null || this.#spoiled !== null || this.#seen === view.base.version) return;
    this.#seen = view.base.version;
    this.#version += 1;
    if (view.again === null) this.#spoiled ??= 'an operator in place';
    else this.#value = view.again(view.base.value);
  }

  /** Gives it another value in its storage. Throws MODEL_UNSUPPORTED where that storage is one of the file. */
  write(value: AtenTensor, writer: string): void {
    this.requireOwn(writer);
    const view = this.#view;
    if (view !== null) {
      if (view.scatter === null) view.base.#spoil(writer);
      else view.base.write(view.scatter(view.base.value, value), writer);
      this.#seen = view.base.version;
    }
    this.#value = value;
    this.#version += 1;
  }

  /** Is another view of what it was. Throws MODEL_UNSUPPORTED where there are views of it, which see it as it was. */
  turn(value: AtenTensor, viewOf: (before: ScriptTensor) => TensorView, writer: string): void {
    if (this.#isSeen) throw spoiled(writer, 'turned while there are other views of it');
    const before = new ScriptTensor(this.value, this.origin, this.#view);
    this.#view = viewOf(before);
    this.#seen = before.version;
    this.#value = value;
    this.#version += 1;
  }

  requireOwn(writer: string): void {
    if (this.origin.stored !== null) throw statefulTensor(this.origin.stored, writer);
    this.#view?.base.requireOwn(writer);
  }

  #spoil(writer: string): void {
    this.#spoiled = writer;
    this.#version += 1;
    if (this.#view !== null) this.#view.base.#spoil(writer);
  }
}

const spoiled = (writer: string, found = 'written through another view of it'): PlimsollError =>
  modelUnsupported({
    path: 'a tensor',
    class: writer,
    offset: 0,
    field: 'its storage',
    found,
    wanted: 'models that read no view of what was changed in place are',
  });

const statefulTensor = (name: string, writer: string): PlimsollError =>
  modelUnsupported({
    path: `tensor ${JSON.stringify(name.slice(0, 80))}`,
    class: writer,
    offset: 0,
    field: 'its storage',
    found: 'a parameter or buffer that each call changes',
    wanted: 'models whose answer does not depend on earlier calls (`model.eval()` before they are saved) are',
  });
