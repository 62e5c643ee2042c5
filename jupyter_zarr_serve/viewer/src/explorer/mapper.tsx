// h5web's mapper of dimensions, with the names that dimensions have: the library writes D0, D1 and so on, whatever it is told.
// Its parts are drawn here, and what they write is exchanged. Below it is where the slices lie that it chooses.

import { DimensionMapper as LibraryMapper } from "@h5web/lib";
import {
  Children,
  cloneElement,
  isValidElement,
  useSyncExternalStore,
  type ComponentProps,
  type ReactElement,
  type ReactNode,
} from "react";
import { axisOf, dimensionOf, follow, placed, versionOf } from "./axes";

type Naming = (axis: number) => string;

export function DimensionMapper({
  className,
  ...props
}: ComponentProps<typeof LibraryMapper>): ReactElement {
  useSyncExternalStore(follow, versionOf);
  const { dims, dimHints = [], dimMapping } = props;
  const places = dimMapping.flatMap((index, axis) => {
    const title = dimHints[axis];
    const value = title && axisOf(title);
    return typeof index === "number" && value
      ? [`${title} = ${placed({ value: value as Float64Array }, index, true)}`]
      : [];
  });
  const at = dimMapping.filter((index, axis) => typeof index === "number" && (dims[axis] ?? 0) > 1);
  const naming = (axis: number): string => dimensionOf(dims, axis) ?? `D${axis}`;
  return (
    // What is chosen lags behind its slider; whoever waits for the picture compares the two.
    <div className={`${className ?? ""} dimensions`} data-at={at.join()}>
      {named(LibraryMapper({ ...props, className: "" }), naming)}
      {places.map((place) => (
        <p key={place}>{place}</p>
      ))}
    </div>
  );
}

interface Props {
  children?: ReactNode;
  label?: string;
  hint?: string;
}

type Part = (props: Props) => ReactNode;

/** An element and all in it, with names in the place of D0, D1 and so on. */
function named(node: ReactNode, naming: Naming): ReactNode {
  if (!isValidElement<Props>(node)) return node;
  const { type, props, key } = node;
  const isOfMapper = "dimension" in props || "dimMapping" in props;
  if (isOfMapper) return <Named key={key} part={type as Part} props={props} naming={naming} />;
  const { children, label, hint } = props;
  const title = /^D\d+$/.test(label ?? "") ? naming(Number(label?.slice(1))) : undefined;
  const [letter, axis] = Array.isArray(children) ? (children as ReactNode[]) : [];
  if (letter === "D" && typeof axis === "number") return cloneElement(node, {}, naming(axis));
  if (title !== undefined) return cloneElement(node, { label: title, hint: hint ?? title });
  return children === undefined ? node : cloneElement(node, {}, ...namedAll(children, naming));
}

const namedAll = (children: ReactNode, naming: Naming): ReactNode[] =>
  Children.toArray(children).map((child) => named(child, naming));

/** A part of the mapper, drawn as the library draws it. */
function Named({ part, props, naming }: { part: Part; props: Props; naming: Naming }): ReactElement {
  return <>{named(part(props), naming)}</>;
}
