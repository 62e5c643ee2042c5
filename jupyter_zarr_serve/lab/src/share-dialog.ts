// The dialog that makes a share link: until when, and a note; then what was made, and what it grants.

import { Clipboard, Dialog, showDialog } from "@jupyterlab/apputils";
import type { TranslationBundle } from "@jupyterlab/translation";
import { Widget } from "@lumino/widgets";
import { isLife, lifeUntil, untilText } from "./life.ts";
import { remember } from "./made-links.ts";
import { nameOf } from "./places.ts";
import { sentence } from "./sentences.ts";
import type { Server } from "./server.ts";
import type { Made, Wish } from "./told.ts";

const DATE = "date";
const DAY = 86_400_000; // milliseconds
const DAYS = 28; // less than the longest life of a link, unless the server says otherwise

/** What stands in the fields of the dialog. */
interface Typed {
  readonly life: string;
  readonly day: Date | null;
  readonly note: string;
  readonly pages: string;
}

const FIRST: Typed = { life: "7d", day: null, note: "", pages: "" };

/** Ask until when, make the link, copy and show it. */
export async function share(path: string, server: Server, trans: TranslationBundle): Promise<void> {
  let form = new Form(path, trans);
  for (;;) {
    const { button, value } = await showDialog<Wish>({
      title: trans.__("Share “%1”", nameOf(path)),
      body: form,
      buttons: [
        Dialog.cancelButton({ label: trans.__("Cancel") }),
        Dialog.okButton({ label: trans.__("Make and Copy Link") }),
      ],
      focusNodeSelector: "input:checked",
    });
    if (!button.accept || !value) return;
    try {
      if (!isLife(value.expires)) throw new Error(trans.__("Choose a day that is not over."));
      await show(await server.share(path, value), trans);
      return;
    } catch (error) {
      form = new Form(path, trans, form.typed, sentence(error));
    }
  }
}

async function show(made: Made, trans: TranslationBundle): Promise<void> {
  // Clients read it and browsers show it; a proxy may have changed what the server thinks.
  const address = new URL("v3", new URL(made.link, location.href)).href;
  remember(made.id, address);
  Clipboard.copyToSystem(address);
  const field = element("input", { readOnly: true, value: address, className: "jp-mod-styled" });
  field.setAttribute("aria-label", trans.__("The link"));
  const until = untilText(made.expires, trans);
  const grants = trans.__(
    "Whoever has it can read “%1” %2, and nothing else of this server.",
    made.path,
    until,
  );
  const copied = element("p", {
    textContent: trans.__(
      "The link is copied. The panel of data can copy it again, until this window is closed.",
    ),
  });
  const body = new Widget({ node: element("div", { className: "jp-ZarrServe-share" }) });
  body.node.append(copied, field, element("p", { textContent: grants }));
  body.node.append(element("p", { textContent: pagesText(made.origins, trans) }));
  await showDialog({
    title: trans.__("Link to “%1”", nameOf(made.path)),
    body,
    buttons: [Dialog.okButton({ label: trans.__("Close") })],
    focusNodeSelector: "input",
  });
}

function pagesText(origins: readonly string[], trans: TranslationBundle): string {
  if (origins.includes("*")) return trans.__("Web pages of all sites may read by it.");
  return trans.__("Of other sites, only web pages of %1 may read by it.", origins.join(", "));
}

class Form extends Widget implements Dialog.IBodyWidget<Wish> {
  readonly #note = element("input", { type: "text", maxLength: 500, className: "jp-mod-styled" });
  readonly #date = element("input", { type: "date", className: "jp-mod-styled" });
  readonly #pages = element("input", { type: "text", className: "jp-mod-styled" });

  /**
   * @param typed - What stands in its fields at first.
   * @param failure - Why that was refused.
   */
  constructor(path: string, trans: TranslationBundle, typed: Typed = FIRST, failure = "") {
    super({ node: element("div", { className: "jp-ZarrServe-share" }) });
    const grants = trans.__("Whoever has the link can read %1 without a login, and nothing else.", path);
    this.#date.valueAsDate = typed.day ?? new Date(Date.now() + DAYS * DAY);
    this.#note.value = typed.note;
    this.#pages.value = typed.pages;
    this.#pages.placeholder = trans.__("such as https://example.org; * for all");
    this.node.append(
      element("p", { textContent: grants }),
      this.#chips(typed.life, trans),
      field(trans.__("Note, such as for whom it is; who gets the link sees it, too"), this.#note),
      field(trans.__("Other sites whose web pages may read it; empty for the usual ones"), this.#pages),
    );
    if (!failure) return;
    const said = element("p", { textContent: failure, className: "jp-ZarrServe-failure" });
    said.setAttribute("role", "alert");
    this.node.prepend(said);
  }

  getValue(): Wish {
    const { life, note, pages } = this.typed;
    const expires = life === DATE ? lifeUntil(this.#date.value, Date.now()) : life;
    return { expires, note, origins: pages.split(/[\s,]+/).filter(Boolean) };
  }

  /** What stands in its fields. */
  get typed(): Typed {
    const chosen = this.node.querySelector<HTMLInputElement>("input[name=life]:checked");
    return {
      life: chosen?.value ?? FIRST.life,
      day: this.#date.valueAsDate,
      note: this.#note.value,
      pages: this.#pages.value,
    };
  }

  #chips(chosen: string, trans: TranslationBundle): HTMLElement {
    const chips = element("fieldset", {});
    chips.append(element("legend", { textContent: trans.__("Until when can it be read?") }));
    const lives = [
      ["1h", trans.__("1 hour")],
      ["1d", trans.__("1 day")],
      ["7d", trans.__("7 days")],
      [DATE, trans.__("Until")],
    ] as const;
    for (const [life, label] of lives) {
      const radio = element("input", {
        type: "radio",
        name: "life",
        value: life,
        checked: life === chosen,
      });
      const chip = element("label", {});
      chip.append(radio, element("span", { textContent: label }));
      chips.append(chip);
      if (life !== DATE) continue;
      this.#date.setAttribute("aria-label", trans.__("The last day"));
      this.#date.addEventListener("input", () => (radio.checked = true));
      chip.after(this.#date);
    }
    return chips;
  }
}

function field(label: string, input: HTMLInputElement): HTMLElement {
  const labelled = element("label", { textContent: label });
  labelled.append(input);
  return labelled;
}

function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Partial<HTMLElementTagNameMap[Name]>,
): HTMLElementTagNameMap[Name] {
  return Object.assign(document.createElement(name), properties);
}
