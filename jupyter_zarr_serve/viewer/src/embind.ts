// Stands for `Function` in the codecs' WebAssembly glue, which would make functions of text; that would
// need a page that allows any text to run. Each such text does the same: turn the arguments into what
// WebAssembly takes, call, and turn the result back. Here that is a function like any other.

interface Wired {
  toWireType(destructors: unknown[] | null, value: unknown): unknown;
  fromWireType(value: unknown): unknown;
}

type Call = (...values: unknown[]) => unknown;

/** What Emscripten hands to the function that it makes: by position, then by name. */
type Parts = [
  fault: Call,
  invoke: Call,
  target: unknown,
  destroy: (destructors: unknown[]) => void,
  result: Wired,
  self: unknown,
  ...rest: unknown[],
];

const FIXED = 6;

/** `new Function(names..., text)` for the one kind of text there is. */
function make(...given: string[]): (...parts: Parts) => Call {
  const text = given.at(-1) ?? "";
  const names = given.slice(FIXED, -1);
  const collects = text.includes("var destructors = []");
  return (_fault, invoke, target, destroy, result, _self, ...rest) => {
    const types = rest.filter((_, i) => names[i]?.startsWith("argType")) as Wired[];
    const destructorOf = new Map(names.map((name, i) => [name, rest[i] as Call]));
    return (...values) => {
      const destructors: unknown[] | null = collects ? [] : null;
      const wired = types.map((type, i) => type.toWireType(destructors, values[i]));
      const returned = invoke(target, ...wired);
      if (destructors) destroy(destructors);
      else wired.forEach((value, i) => destructorOf.get(`arg${i}Wired_dtor`)?.(value));
      return text.includes("return ret;") ? result.fromWireType(returned) : undefined;
    };
  };
}

Object.defineProperty(make, Symbol.hasInstance, { value: (value: unknown) => typeof value === "function" });

export { make as Function };
