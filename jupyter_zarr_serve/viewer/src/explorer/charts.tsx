// The parts of `@h5web/lib` that `@h5web/app` draws with, among them two of ours in the place of its own: its charts
// know no dates, and its heat maps draw all pixels equally wide, wherever their coordinates are. build.mjs puts this file
// between the two.

import {
  Btn,
  HeatmapVis as LibraryHeatmap,
  LineVis as LibraryLine,
  MatrixVis as LibraryMatrix,
  ScaleType,
  Toolbar as LibraryToolbar,
  ToggleBtn as LibraryToggle,
  ToggleGroup as LibraryGroup,
  type AxisParams,
  type HeatmapVisProps,
} from "@h5web/lib";
import type { NdArray } from "ndarray";
import {
  Children,
  cloneElement,
  isValidElement,
  useMemo,
  type ComponentProps,
  type ReactElement,
  type ReactNode,
} from "react";
import { told } from "../dom";
import { fail } from "../notices";
import { countingOf, DIGITS, placed } from "./axes";
import { tick } from "./dates";
import { evened, isOrdered, type Even } from "./even";
import { saveFigure } from "./figure-file";
import ndarray from "./ndarray";

export * from "@h5web/lib";
export { DimensionMapper } from "./mapper";

/** A line, along dates where its abscissas are times. */
export function LineVis(props: ComponentProps<typeof LibraryLine>): ReactElement {
  const { abscissaParams = {}, dataArray, errorsArray, auxiliaries = [], visible = true } = props;
  const name = abscissaParams.label ?? "x";
  const tooltip = ({ abscissa, xi }: { abscissa: number; xi: number }): ReactElement => (
    <>
      {`${name} = ${placed(abscissaParams, abscissa)}`}
      {visible && (
        <div>
          <strong>{told(Number(dataArray.get(xi)), DIGITS)}</strong>
          {errorsArray && ` ± ${told(Number(errorsArray.get(xi)), 3)}`}
        </div>
      )}
      {auxiliaries.map(({ label, array, errors, visible: isShown }) =>
        isShown === false ? null : (
          <div key={label}>
            {`${label ?? ""} = ${told(Number(array.get(xi)), DIGITS)}`}
            {errors && ` ± ${told(Number(errors.get(xi)), 3)}`}
          </div>
        ),
      )}
    </>
  );
  const figure = LibraryLine({ ...props, renderTooltip: tooltip });
  return withTicks(figure, abscissaParams.value);
}

/** A heat map whose pixels lie where their coordinates are. */
export function HeatmapVis(props: HeatmapVisProps): ReactElement {
  const { dataArray, abscissaParams = {}, ordinateParams = {} } = props;
  const [rows = 0, columns = 0] = dataArray.shape;
  const x = useAxis(abscissaParams, columns);
  const y = useAxis(ordinateParams, rows);
  const drawn = useMemo(() => taken(dataArray, y.even, x.even), [dataArray, y.even, x.even]);
  const tooltip = ({ xi, yi }: { xi: number; yi: number }): ReactElement => {
    const [row, column] = [y.even?.elements[yi] ?? yi, x.even?.elements[xi] ?? xi];
    return (
      <>
        {`${abscissaParams.label ?? "x"} = ${placed(abscissaParams, column, true)}, `}
        {`${ordinateParams.label ?? "y"} = ${placed(ordinateParams, row, true)}`}
        <div>
          <strong>{told(Number(dataArray.get(row, column)), DIGITS)}</strong>
        </div>
      </>
    );
  };
  const figure = LibraryHeatmap({
    ...props,
    dataArray: drawn,
    abscissaParams: x.params,
    ordinateParams: y.params,
    // Latitudes that fall rise upwards nevertheless, as on a map.
    flipYAxis: Boolean(props.flipYAxis) !== falls(y.params.value),
    renderTooltip: tooltip,
  });
  const [across, up] = [x.params.value && abscissaParams.value, y.params.value && ordinateParams.value];
  return withTicks(figure, across, up);
}

const falls = (values: ArrayLike<number> = []): boolean =>
  Number(values[0]) > Number(values[values.length - 1]);

/** h5web's tree is not shown; see panels.tsx. */
export function ToggleBtn(props: ComponentProps<typeof LibraryToggle>): ReactElement | null {
  return props.label === "Toggle sidebar" ? null : <LibraryToggle {...props} />;
}

/** The controls of a form. The library has none by which a picture of lines, points or true colours is saved. */
export function Toolbar({ children, ...props }: ComponentProps<typeof LibraryToolbar>): ReactElement {
  const controls = Children.toArray(children);
  const isSaved = controls.some((child) => isValidElement(child) && child.type === SnapshotBtn);
  return (
    <LibraryToolbar {...props}>
      {children}
      {props.interactions && !isSaved && <SnapshotBtn />}
    </LibraryToolbar>
  );
}

/** Saves the chart with its axes, where the library saves the pixels alone. */
export function SnapshotBtn(): ReactElement {
  const save = (kind: "png" | "svg"): void => void saveFigure(kind).catch((error: unknown) => fail(error));
  return (
    <>
      <Btn label="PNG" aria-label="Save as PNG" onClick={() => save("png")} />
      <Btn label="SVG" aria-label="Save as SVG" onClick={() => save("svg")} />
    </>
  );
}

/** Some are called lists of tabs, whose members cannot be checked as these are. */
export const ToggleGroup = Object.assign(
  (props: ComponentProps<typeof LibraryGroup>): ReactElement => (
    <LibraryGroup {...props} role="radiogroup" />
  ),
  { Btn: LibraryGroup.Btn },
);

interface DrawnAxis {
  params: AxisParams;
  even: Even | undefined;
}

/** An axis as h5web's heat map can draw it: one that neither rises nor falls is one of indices. */
function useAxis(params: AxisParams, length: number): DrawnAxis {
  const { value } = params;
  const found = useMemo(() => {
    if (!value || value.length !== length || length < 2) return { value };
    if (!isOrdered(value)) return { value: undefined };
    const even = evened(value);
    return { value: even?.values ?? value, even };
  }, [value, length]);
  const { value: _, ...others } = params;
  return { params: { ...others, ...(found.value && { value: found.value }) }, even: found.even };
}

/** The rows and columns that are drawn, some of them more than once. */
function taken<T extends NdArray<any>>(array: T, y: Even | undefined, x: Even | undefined): T {
  if (!x && !y) return array;
  const [rows = 0, columns = 0] = array.shape;
  const [height, width] = [y?.elements.length ?? rows, x?.elements.length ?? columns];
  const data = new Float64Array(height * width);
  for (let row = 0; row < height; row++) {
    const from = y ? (y.elements[row] as number) : row;
    for (let column = 0; column < width; column++)
      data[row * width + column] = Number(array.get(from, x ? (x.elements[column] as number) : column));
  }
  return ndarray(data, [height, width]) as unknown as T;
}

interface Config {
  scaleType?: ScaleType;
  formatTick?: (value: number) => string;
}

/** A chart of the library whose ticks have all their digits, or dates where the values along an axis are times. */
function withTicks(figure: ReactElement, across?: object, up?: object): ReactElement {
  const written = (config: Config, values: object | undefined): Config => {
    const counting = countingOf(values);
    if (counting)
      return { ...config, formatTick: (value) => tick(value * counting.unit, counting.calendar) };
    // Ticks of logarithms are only some of those that there are: the library knows which.
    return config.scaleType === ScaleType.Log ? config : { ...config, formatTick: short };
  };
  const children = Children.map(figure.props.children as ReactNode, (child) => {
    if (!isValidElement<Record<string, Config>>(child) || !child.props["abscissaConfig"]) return child;
    const { abscissaConfig, ordinateConfig = {} } = child.props;
    return cloneElement(child, {
      abscissaConfig: written(abscissaConfig, across),
      ordinateConfig: written(ordinateConfig, up),
    });
  });
  return cloneElement(figure, {}, children);
}

const LONG = 8; // characters

/** A number at a tick, with all its digits: the library's three make neighbours equal. */
function short(value: number): string {
  const text = String(Number(value.toPrecision(12)));
  return text.length > LONG ? Number(value.toPrecision(LONG)).toExponential() : text;
}

const CHARACTER = 8.5; // pixels
const LOOKED_AT = 50; // rows and columns
const USUAL = [90, 120, 240]; // pixels, by which the library shows numbers at first

/** Cells, wide enough for what is in them. */
export function MatrixVis(props: ComponentProps<typeof LibraryMatrix>): ReactElement {
  const { dims, cellFormatter, cellWidth } = props;
  const width = useMemo(() => {
    const [rows = 0, columns = 1] = dims.map((length) => Math.min(length, LOOKED_AT));
    let longest = 0;
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        longest = Math.max(longest, cellFormatter(row, column).length);
    return Math.ceil(longest * CHARACTER) + 24;
  }, [dims, cellFormatter]);
  const isUsual = USUAL.includes(cellWidth);
  return <LibraryMatrix {...props} cellWidth={isUsual ? Math.max(cellWidth, width) : cellWidth} />;
}
