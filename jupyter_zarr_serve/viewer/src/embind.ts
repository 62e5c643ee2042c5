// Stands for `Function` in the codecs' WebAssembly glue, which would make functions of text; that would
// need a page that allows any text to run. Each such text does the same: turn the arguments into what
// WebAssembly takes, call, and turn the result back. Here that is a function like any other.

interface Wired {
  toWireType(destructors: unknown[] | null, value: unknown): unknown;
  fromWireType(value: unknown): unknown;
}

type Call = (...values: unknown[]) => unknown;

/** `new Function(names..., text)` for the one kind of text there is; the names differ a little. */
function make(...given: string[]): (...parts: unknown[]) => Call {
  const text = given.at(-1) ?? "";
  const names = given.slice(0, -1);
  const collects = text.includes("var destructors = []");
  return (...parts) => {
    const named = new Map(names.map((name, i) => [name, parts[i]]));
    const [invoke, destroy] = [named.get("invoker") as Call, named.get("runDestructors") as Call];
    const result = named.get("retType") as Wired;
    const types = parts.filter((_, i) => names[i]?.startsWith("argType")) as Wired[];
    return (...values) => {
      const destructors: unknown[] | null = collects ? [] : null;
      const wired = types.map((type, i) => type.toWireType(destructors, values[i]));
      const returned = invoke(named.get("fn"), ...wired);
      if (destructors) destroy(destructors);
      else wired.forEach((value, i) => (named.get(`arg${i}Wired_dtor`) as Call | undefined)?.(value));
      return text.includes("return ret;") ? result.fromWireType(returned) : undefined;
    };
  };
}

Object.defineProperty(make, Symbol.hasInstance, { value: (value: unknown) => typeof value === "function" });

export { make as Function };
