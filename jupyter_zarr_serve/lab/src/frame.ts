// A page of the server in a tab of Lab: of the same origin, so that it has the login, and follows the theme by itself.

import { Signal, type ISignal } from "@lumino/signaling";
import type { Message } from "@lumino/messaging";
import { Widget } from "@lumino/widgets";
import { below, withoutTicket } from "./places.ts";

const PAUSE = 500; // milliseconds, from the last move of a person to a look at where the page is
const MOVES = ["pointerup", "keyup", "wheel", "hashchange", "popstate"];

/** Shows pages below `zarr/`; asks for none before it is seen. */
export class Frame extends Widget {
  readonly #frame = document.createElement("iframe");
  readonly #moved = new Signal<this, void>(this);
  readonly #touched = new Signal<this, void>(this);
  readonly #root: string;
  #at: string;
  #timer = 0;
  #isThere = false;

  /**
   * @param root - The address of `zarr/`, with its slash.
   * @param path - What the tab is for.
   * @param at - The page to begin with, below the root.
   * @param title - What screen readers call it.
   */
  constructor(
    root: string,
    public path: string,
    at: string,
    title: string,
  ) {
    super();
    this.#root = root;
    this.#at = at;
    this.addClass("jp-IFrame"); // Lab's rules for frames: full size, and no events of a drag
    this.addClass("jp-ZarrServe-frame");
    this.#frame.title = title;
    this.#frame.allow = "clipboard-write; fullscreen";
    this.#frame.addEventListener("load", () => this.#follow());
    this.node.append(this.#frame);
  }

  /** Where the page is now, below the root. */
  get at(): string {
    return this.#at;
  }

  /** The person went to another page or view. */
  get moved(): ISignal<this, void> {
    return this.#moved;
  }

  /** The person pressed something in the page, of which Lab learns nothing by itself. */
  get touched(): ISignal<this, void> {
    return this.#touched;
  }

  /** Show a page, below the root. */
  go(at: string): void {
    this.#at = at;
    this.#isThere = false;
    if (this.isVisible) this.#load();
  }

  /** Show the same page anew. */
  refresh(): void {
    this.#note();
    this.#frame.contentWindow?.location.reload();
  }

  override dispose(): void {
    clearTimeout(this.#timer);
    super.dispose();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.#load();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    if (this.isVisible) this.#load();
  }

  /** A frame that is moved in the document loads again: the page where it was left, not the first one. */
  protected override onBeforeDetach(message: Message): void {
    this.#note();
    this.#isThere = false;
    super.onBeforeDetach(message);
  }

  protected override onActivateRequest(): void {
    this.#frame.focus();
  }

  #load(): void {
    if (this.#isThere) return;
    this.#isThere = true;
    this.#frame.src = this.#root + this.#at;
  }

  #follow(): void {
    const page = this.#page;
    if (!page || page.location.href === "about:blank") return;
    page.history.replaceState(page.history.state, "", withoutTicket(page.location.href));
    page.addEventListener("pointerdown", () => this.#touched.emit());
    for (const move of MOVES) {
      page.addEventListener(move, () => {
        clearTimeout(this.#timer);
        this.#timer = window.setTimeout(() => this.#note(), PAUSE);
      });
    }
    this.#note();
  }

  #note(): void {
    const page = this.#page;
    const at = page ? below(page.location.href, this.#root) : undefined;
    if (at === undefined || at === this.#at) return;
    this.#at = at;
    this.#moved.emit();
  }

  /** The window of the page; null where it is one of another origin. */
  get #page(): Window | null {
    try {
      const page = this.#frame.contentWindow;
      return page?.location.href ? page : null;
    } catch {
      return null;
    }
  }
}
