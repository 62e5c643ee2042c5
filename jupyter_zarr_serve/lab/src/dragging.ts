// A row that is dragged to a cell becomes the line that opens it, as the server writes it for others to copy.

import { CLIENTS, type Coder, codeFor, lineIn } from "./code.ts";
import { lineFor } from "./places.ts";

const TYPE = "application/vnd.jupyter-zarr-serve.path";
const PATIENCE = 2000; // milliseconds; later, the line without the server's help is as good

/** What a person drags; other programs get a line that is made without asking. */
export class Dragging {
  #path = "";
  #line: Promise<string> = Promise.resolve("");

  constructor(private readonly server: Coder) {
    // Before the editor of a cell hears of it: what a drag carries can be said at its start alone.
    document.addEventListener("drop", (event) => this.#drop(event), { capture: true });
  }

  begin(path: string, data: DataTransfer): void {
    data.setData("text/plain", lineFor(path));
    data.setData(TYPE, path);
    this.#path = path;
    this.#line = this.#ask(path);
  }

  async #ask(path: string): Promise<string> {
    const late = new Promise<undefined>((resolve) => setTimeout(resolve, PATIENCE));
    const code = await Promise.race([codeFor(path, CLIENTS[0], this.server).catch(() => undefined), late]);
    return (code && lineIn(code)) || lineFor(path);
  }

  #drop(event: DragEvent): void {
    const { target, dataTransfer: data } = event;
    if (!target || !data?.types.includes(TYPE) || data.getData(TYPE) !== this.#path) return;
    event.preventDefault();
    event.stopPropagation();
    void this.#line.then((line) => {
      const told = new DataTransfer();
      told.setData("text/plain", line);
      const { clientX, clientY } = event;
      const how = { bubbles: true, cancelable: true, composed: true, clientX, clientY };
      target.dispatchEvent(new DragEvent("drop", { ...how, dataTransfer: told }));
    });
  }
}
