// The dialog that makes a share link: until when, and a note; then what was made, and what it grants.

import { Clipboard, Dialog, showDialog } from "@jupyterlab/apputils";
import type { TranslationBundle } from "@jupyterlab/translation";
import { Widget } from "@lumino/widgets";
import { lifeUntil, untilText } from "./life.ts";
import { nameOf } from "./places.ts";
import type { Server } from "./server.ts";
import type { Made } from "./told.ts";

const DATE = "date";
const DAY = 86_400_000; // milliseconds

/** What a person chose. */
interface Wish {
  readonly expires: string;
  readonly note: string;
}

/** Ask until when, make the link, copy and show it. */
export async function share(path: string, server: Server, trans: TranslationBundle): Promise<void> {
  let failure = "";
  for (;;) {
    const { button, value } = await showDialog<Wish>({
      title: trans.__("Share “%1”", nameOf(path)),
      body: new Form(path, failure, trans),
      buttons: [
        Dialog.cancelButton({ label: trans.__("Cancel") }),
        Dialog.okButton({ label: trans.__("Make and Copy Link") }),
      ],
      focusNodeSelector: "input:checked",
    });
    if (!button.accept || !value) return;
    try {
      await show(await server.share(path, value.expires, value.note), trans);
      return;
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error);
    }
  }
}

async function show(made: Made, trans: TranslationBundle): Promise<void> {
  // Clients read it and browsers show it; a proxy may have changed what the server thinks.
  const address = new URL("v3", new URL(made.link, location.href)).href;
  Clipboard.copyToSystem(address);
  const field = element("input", { readOnly: true, value: address, className: "jp-mod-styled" });
  field.setAttribute("aria-label", trans.__("The link"));
  const until = untilText(made.expires, trans);
  const grants = trans.__(
    "Whoever has it can read “%1” %2, and nothing else of this server.",
    made.path,
    until,
  );
  const copied = element("p", { textContent: trans.__("The link is copied. It is shown this once.") });
  const body = new Widget({ node: element("div", { className: "jp-ZarrServe-share" }) });
  body.node.append(copied, field, element("p", { textContent: grants }));
  await showDialog({
    title: trans.__("Link to “%1”", nameOf(made.path)),
    body,
    buttons: [Dialog.okButton({ label: trans.__("Close") })],
    focusNodeSelector: "input",
  });
}

class Form extends Widget implements Dialog.IBodyWidget<Wish> {
  readonly #note = element("input", { type: "text", maxLength: 200, className: "jp-mod-styled" });
  readonly #date = element("input", { type: "date", className: "jp-mod-styled" });

  constructor(path: string, failure: string, trans: TranslationBundle) {
    super({ node: element("div", { className: "jp-ZarrServe-share" }) });
    const chips = element("fieldset", {});
    chips.append(element("legend", { textContent: trans.__("Until when can it be read?") }));
    const lives = [
      ["1h", trans.__("1 hour")],
      ["1d", trans.__("1 day")],
      ["7d", trans.__("7 days")],
      [DATE, trans.__("Until the end of")],
    ] as const;
    for (const [life, label] of lives) {
      const radio = element("input", { type: "radio", name: "life", value: life, checked: life === "7d" });
      const chip = element("label", {});
      chip.append(radio, element("span", { textContent: label }));
      chips.append(chip);
      if (life === DATE) this.#date.addEventListener("input", () => (radio.checked = true));
    }
    this.#date.setAttribute("aria-label", trans.__("The last day"));
    this.#date.valueAsDate = new Date(Date.now() + 30 * DAY);
    chips.append(this.#date);
    const note = element("label", { textContent: trans.__("Note, such as for whom it is") });
    note.append(this.#note);
    const grants = trans.__("Whoever has the link can read %1 without a login, and nothing else.", path);
    this.node.append(element("p", { textContent: grants }), chips, note);
    if (failure) {
      const said = element("p", { textContent: failure, className: "jp-ZarrServe-failure" });
      said.setAttribute("role", "alert");
      this.node.prepend(said);
    }
  }

  getValue(): Wish {
    const chosen = this.node.querySelector<HTMLInputElement>("input[name=life]:checked")?.value ?? "7d";
    const expires = chosen === DATE ? lifeUntil(this.#date.value, Date.now()) : chosen;
    return { expires, note: this.#note.value };
  }
}

function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Partial<HTMLElementTagNameMap[Name]>,
): HTMLElementTagNameMap[Name] {
  return Object.assign(document.createElement(name), properties);
}
