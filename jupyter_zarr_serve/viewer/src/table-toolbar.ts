// What stands above a table: a field to find, buttons, and which rows are shown, each condition to be taken away.

import { button } from "./controls";
import { make } from "./dom";
import { inWords, type Progress } from "./jobs";
import type { Init } from "./server";
import { wordsOf, type Query } from "./table-query";

interface Actions {
  menu: () => void;
  stats: (isShown: boolean) => void;
  copy: () => void;
  /** Plot the column of the cursor. */
  plot: () => void;
  /** Other rows are wanted, or another order. */
  ask: (query: Query) => void;
  /** They are wanted no longer. */
  cancel: () => void;
}

export class Toolbar {
  readonly element: HTMLElement;
  private readonly field: HTMLInputElement;
  private readonly chosen = make("div", { class: "table-chosen" });
  private readonly bar = make("progress", { max: 1, "aria-label": "How much is done" });
  private query!: Query;

  constructor(
    private readonly actions: Actions,
    private readonly labelOf: (name: string) => string,
  ) {
    const find = (): void => actions.ask({ ...this.query, find: this.field.value });
    this.field = make("input", {
      type: "search",
      id: "table-find",
      placeholder: "Find in all columns",
      "aria-label": "Find in all columns",
      change: find,
    });
    const stats = button("Statistics", "Show statistics of the columns in their heads", () => {
      const isShown = stats.getAttribute("aria-pressed") !== "true";
      stats.setAttribute("aria-pressed", String(isShown));
      actions.stats(isShown);
    });
    stats.setAttribute("aria-pressed", "false");
    const title = "Sort by the column of the cursor, choose rows by it, and more";
    const parts = { column: button("Column…", title, actions.menu), stats } as Record<string, HTMLElement>;
    parts["plot"] = button("Plot", "Plot the column of the cursor, along others", actions.plot);
    parts["copy"] = button("Copy", "Copy what is selected", actions.copy);
    for (const [name, part] of Object.entries(parts)) part.id = `table-${name}`;
    const label = { role: "toolbar", "aria-label": "Table" };
    this.element = make(
      "div",
      { class: "table-bar", ...label },
      this.field,
      ...Object.values(parts),
      this.chosen,
    );
  }

  focus(): void {
    this.field.focus();
    this.field.select();
  }

  /** Say which rows are shown, or, with a verb, what is being done to show them. */
  show(query: Query, doing = ""): void {
    this.query = query;
    this.field.value = query.find;
    const chips = this.chips(query);
    const busy = make("span", { class: "table-doing", role: "status" });
    this.bar.hidden = true;
    if (doing) {
      const cancel = button("Cancel", "Show the rows as they were", this.actions.cancel);
      busy.append(doing, " ", this.bar, " ", cancel);
    }
    this.chosen.replaceChildren(...chips, busy);
  }

  /** How to ask for rows, so that the toolbar says how far that is. */
  asking(signal: AbortSignal): Init {
    return { signal, progress: (told) => !signal.aborted && this.tell(told) };
  }

  private tell(progress: Progress | undefined): void {
    if (!progress) return;
    this.bar.hidden = false;
    this.bar.value = progress.fraction;
    this.bar.title = inWords(progress);
  }

  private chips(query: Query): HTMLElement[] {
    const { sort, where } = query;
    const chip = (text: string, rest: Query): HTMLElement => {
      const made = button(`${text} ×`, `Do without: ${text}`, () => this.actions.ask(rest));
      made.classList.add("chip");
      return made;
    };
    const order = sort && `${sort.isFalling ? "▼" : "▲"} ${this.labelOf(sort.column)}`;
    return [
      ...(order ? [chip(order, { ...query, sort: undefined })] : []),
      ...where.map((condition, i) =>
        chip(wordsOf(condition, this.labelOf(condition.column)), {
          ...query,
          where: where.filter((_, other) => other !== i),
        }),
      ),
    ];
  }
}
