// The panel: a field to search in, and the tree, of which only the rows that are seen are made.

import type { TranslationBundle } from "@jupyterlab/translation";
import { ReactWidget, refreshIcon } from "@jupyterlab/ui-components";
import type { Message } from "@lumino/messaging";
import { type ISignal, Signal } from "@lumino/signaling";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import type { AllVariables } from "./all-variables.ts";
import { Details } from "./details.tsx";
import type { Dragging } from "./dragging.ts";
import type { Kernels } from "./kernels.ts";
import type { Model } from "./model.ts";
import { domId, openMenu, RowView } from "./row.tsx";
import { type Row, type Step, stepOf } from "./tree.ts";

const HEIGHT = 24; // pixels of a row; the style has it, too
const PAUSE = 100; // milliseconds for which a row must be seen, before it is asked for
const SPARE = 8; // rows beyond what is seen, each way

interface Given {
  readonly model: Model;
  readonly all: AllVariables;
  readonly kernels: Kernels;
  readonly open: (path: string) => void;
  readonly dragging: Dragging;
  readonly trans: TranslationBundle;
}

export class Panel extends ReactWidget {
  readonly #seen = new Signal<this, boolean>(this);

  constructor(private readonly given: Given) {
    super();
    this.addClass("jp-ZarrServe-panel");
    given.model.changed.connect(() => this.update());
    given.all.changed.connect(() => this.update());
  }

  /** Whether somebody sees it, each time that changes. */
  get seen(): ISignal<this, boolean> {
    return this.#seen;
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.#seen.emit(true);
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this.#seen.emit(false);
  }

  protected override onActivateRequest(): void {
    this.node.querySelector<HTMLElement>("[role=tree]")?.focus();
  }

  protected override render(): JSX.Element {
    const { all, kernels, model, trans } = this.given;
    const { described } = model;
    return (
      <>
        <div className="jp-ZarrServe-bar">
          <input
            type="search"
            className="jp-mod-styled"
            placeholder={trans.__("Filter names")}
            aria-label={trans.__("Filter names")}
            value={model.search}
            onChange={({ target }) => (model.search = target.value)}
          />
          <button
            type="button"
            className="jp-ToolbarButtonComponent jp-mod-minimal"
            title={trans.__("Refresh")}
            aria-label={trans.__("Refresh")}
            onClick={() => void model.refresh()}
          >
            <refreshIcon.react tag="span" elementSize="normal" />
          </button>
        </div>
        {kernels.front() && <Switch all={all} isOn={model.isAll} trans={trans} />}
        <Tree {...this.given} rows={model.rows} active={model.active} />
        {described && <Details key={described.path} row={described} model={model} trans={trans} />}
      </>
    );
  }
}

/** All variables of the notebook in front, or only those that were published. */
function Switch({ all, isOn, trans }: { all: AllVariables; isOn: boolean; trans: TranslationBundle }) {
  return (
    <div className="jp-ZarrServe-switch">
      <label>
        <input
          type="checkbox"
          role="switch"
          checked={isOn}
          disabled={all.isBusy}
          onChange={({ target }) => void all.choose(target.checked)}
        />
        {trans.__("All variables of this notebook")}
      </label>
      <p role="status">{all.said}</p>
    </div>
  );
}

function Tree({
  model,
  open,
  dragging,
  trans,
  rows,
  active,
}: Given & { rows: readonly Row[]; active: string | undefined }) {
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  useEffect(() => {
    const node = box.current;
    if (!node) return undefined;
    const note = (): void => setView({ top: node.scrollTop, height: node.clientHeight });
    const observer = new ResizeObserver(note);
    observer.observe(node);
    node.addEventListener("scroll", note, { passive: true });
    return () => {
      observer.disconnect();
      node.removeEventListener("scroll", note);
    };
  }, []);
  const take = ({ active: next, expand, collapse, open: opened }: Step): void => {
    if (next !== undefined) {
      model.activate(next);
      reveal(
        box.current,
        rows.findIndex(({ id }) => id === next),
      );
    }
    if (expand !== undefined) void model.expand(expand);
    if (collapse !== undefined) model.collapse(collapse);
    const row = opened === undefined ? undefined : rows.find(({ id }) => id === opened);
    if (row) open(row.target ?? row.path);
  };
  const press = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "ContextMenu" || (event.shiftKey && event.key === "F10")) {
      event.preventDefault();
      openMenu(active);
      return;
    }
    const step = stepOf(event.key, rows, active, Math.max(1, Math.floor(view.height / HEIGHT) - 1));
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    take(step);
  };
  const first = Math.max(0, Math.floor(view.top / HEIGHT) - SPARE);
  const last = Math.ceil((view.top + view.height) / HEIGHT) + SPARE;
  const seen = rows.slice(first, last);
  const isSeen = seen.some(({ id }) => id === active);
  useEffect(() => {
    // Who scrolls by asks for nothing.
    const missing = seen.filter(({ at }) => at !== undefined);
    const timer = setTimeout(() => missing.forEach(({ id }) => void model.expand(id)), PAUSE);
    return () => clearTimeout(timer);
  });
  return (
    <div
      ref={box}
      className="jp-ZarrServe-tree"
      role="tree"
      tabIndex={0}
      aria-label={trans.__("Data")}
      aria-activedescendant={isSeen && active !== undefined ? domId(active) : undefined}
      onKeyDown={press}
      onFocus={() => active === undefined && rows[0] && model.activate(rows[0].id)}
    >
      <div className="jp-ZarrServe-rows" role="presentation" style={{ height: rows.length * HEIGHT }}>
        {seen.map((row, index) => (
          <RowView
            key={row.id}
            row={row}
            top={(first + index) * HEIGHT}
            isActive={row.id === active}
            turn={() => take(row.isExpanded ? { collapse: row.id } : { expand: row.id })}
            choose={() => take({ active: row.id })}
            open={() => take({ open: row.id })}
            drag={(data) => dragging.begin(row.path, data)}
          />
        ))}
      </div>
    </div>
  );
}

/** Scroll a row into view. */
function reveal(box: HTMLElement | null, index: number): void {
  if (!box || index < 0) return;
  const top = index * HEIGHT;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (top + HEIGHT > box.scrollTop + box.clientHeight) box.scrollTop = top + HEIGHT - box.clientHeight;
}
