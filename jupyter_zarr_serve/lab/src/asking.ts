// What the panel asks for: the members of a row, as items, or a line that says why there are none.

import type { TranslationBundle } from "@jupyterlab/translation";
import { existsAt } from "./following.ts";
import {
  foundOf,
  linkItem,
  MOUNTS,
  membersOf,
  NOTEBOOK,
  noted,
  LINKS,
  RUNNING,
  sessionItem,
} from "./items.ts";
import type { Session } from "./items.ts";
import type { Packages } from "./packages.ts";
import { missingTexts, nothingText } from "./sentences.ts";
import type { Server } from "./server.ts";
import { LIMIT, SHARES } from "./told.ts";
import type { Item, Members, Row } from "./tree.ts";

const OWN = ["files", "kernels", "notebooks"]; // at the root; all else there are mounts and the demo

/** What the panel asks Lab for. */
export interface Surroundings {
  /** The notebook in front, below the folder that the server serves; undefined where there is none. */
  readonly notebook: () => string | undefined;
  /** The same with its kernel; undefined where none runs. */
  readonly front: () => { readonly path: string; readonly kernel: string } | undefined;
  readonly sessions: () => readonly Session[];
}

/** The members of a row, and of a kernel whether all its variables are among them. */
export interface Answer {
  readonly members: Members;
  readonly isAll?: boolean;
}

type Place = Pick<Row, "path" | "kind">;

export class Asking {
  constructor(
    readonly server: Server,
    private readonly around: Surroundings,
    private readonly packages: Packages,
    private readonly trans: TranslationBundle,
  ) {}

  /** The path of a row in the tree of the server; undefined where it has none. */
  placeOf({ path, kind }: Place): string | undefined {
    if (path === NOTEBOOK) {
      const notebook = this.around.notebook();
      return notebook === undefined ? undefined : `notebooks/${notebook}`;
    }
    if (path === MOUNTS) return "";
    if (path === LINKS) return SHARES;
    return path === RUNNING || path.startsWith(LINKS) || kind === "note" ? undefined : path;
  }

  /** The members of a row; of many, the first ones. */
  async members(row: Place): Promise<Answer> {
    const { path, kind } = row;
    const trans = this.trans;
    if (path === RUNNING) return { members: this.#running() };
    if (path === LINKS) return { members: await this.#links() };
    const place = this.placeOf(row);
    if (place === undefined) return { members: noted(path, trans.__("No notebook is in front.")) };
    if (path === NOTEBOOK && !this.around.front())
      return { members: noted(path, trans.__("This notebook has no kernel.")) };
    const isKernel = path === NOTEBOOK || kind === "session";
    if (isKernel && (await existsAt(this.server.live, place)) === false)
      return { members: this.#nothing(path) };
    const { members: told, is_all: isAll = false } = await this.server.node(place);
    const found = told?.items ?? [];
    const items = path === MOUNTS ? found.filter(({ name }) => !OWN.includes(name)) : found;
    if (!items.length) return { members: this.#nothing(path), isAll };
    const rest = { from: LIMIT, total: told?.total ?? 0 };
    return { members: membersOf(place, items, rest, trans), isAll };
  }

  /** Members of a path from one of them on; one page of many. */
  async page(path: string, offset: number): Promise<readonly Item[]> {
    const { members } = await this.server.node(path, { offset });
    return foundOf(path, members?.items ?? [], this.trans);
  }

  /** Members of a path that have a text in their names. */
  async search(path: string, text: string): Promise<readonly Item[]> {
    const place = this.placeOf({ path, kind: "group" }) ?? path;
    const { members } = await this.server.node(place, { search: text });
    return foundOf(place, members?.items ?? [], this.trans);
  }

  /** That a row has nothing in it. */
  #nothing(path: string): Members {
    const front = path === NOTEBOOK ? this.around.front() : undefined;
    const missing = front && this.packages.isMissing(front.kernel);
    return noted(path, ...(missing ? missingTexts(missing, this.trans) : [nothingText(path, this.trans)]));
  }

  #running(): Members {
    const front = this.around.notebook();
    const others = this.around.sessions().filter((one) => !one.isNotebook || one.path !== front);
    if (!others.length) return noted(RUNNING, this.trans.__("Nothing else is running."));
    return { items: others.map(sessionItem), total: others.length, isLoading: false };
  }

  async #links(): Promise<Members> {
    const links = (await this.server.links()).filter(({ state }) => state === "live");
    if (!links.length) return noted(LINKS, this.trans.__("Nothing is shared."));
    const items = links.map((link) => linkItem(link, this.trans));
    return { items, total: items.length, isLoading: false };
  }
}
