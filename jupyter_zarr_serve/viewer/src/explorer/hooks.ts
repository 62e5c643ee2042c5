// In the place of `@react-hookz/web`, from which h5web has what it keeps in the browser: here, the form that it shows first.
// Who asks for the values of an array gets cells, whatever form was preferred before; and the address says it, too; see build.mjs.

import { useLocalStorageValue as useStored } from "@react-hookz/web";
import { isTold, kindOf, takeKind } from "./view";

export * from "@react-hookz/web";

/** The form to show first; "" for the one that was preferred last. */
export const first = { form: "" };

interface Kept<T> {
  value: T | undefined;
  set: (value: T) => void;
  remove: () => void;
}

export function useLocalStorageValue(key: string): Kept<string> {
  const kept = useStored<string>(key) as Kept<string>;
  const nothing = (): void => {};
  if (first.form) return { value: first.form, set: nothing, remove: nothing };
  return {
    value: kindOf() ?? (isTold() ? undefined : kept.value),
    set: (kind) => {
      takeKind(kind);
      kept.set(kind);
    },
    remove: () => {
      takeKind("");
      kept.remove();
    },
  };
}
