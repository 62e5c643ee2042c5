// The card of something published, in the output of a cell: what it is now, and what can be done with it.

import type { TranslationBundle } from "@jupyterlab/translation";
import { ReactWidget } from "@jupyterlab/ui-components";
import type { Message } from "@lumino/messaging";
import { useEffect, useRef, useState } from "react";
import { type Told } from "./card-told.ts";
import { existsAt, Following } from "./following.ts";
import type { Kernels } from "./kernels.ts";
import { calledText } from "./sentences.ts";
import { Soon } from "./soon.ts";
import type { Server } from "./server.ts";
import type { Described } from "./told.ts";
import { groupText, shapeText, sizeText } from "./tree.ts";

/** What a card can do. */
export interface Actions {
  readonly view: (path: string) => void;
  readonly copy: (path: string) => void;
  readonly copyAddress: (path: string) => void;
  readonly share: (path: string) => void;
  readonly unpublish: (path: string) => Promise<void>;
}

export interface Given {
  readonly server: Server;
  readonly kernels: Kernels;
  readonly actions: Actions;
  readonly trans: TranslationBundle;
}

type State = "asking" | "live" | "frozen" | "withdrawn" | "gone";

/** All cards of one output. */
export class Cards extends ReactWidget {
  constructor(
    private readonly cards: readonly Told[],
    private readonly given: Given,
  ) {
    super();
    this.addClass("jp-ZarrServe-cards");
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.update();
  }

  protected override render(): JSX.Element {
    return (
      <>
        {this.cards.map((told) => (
          <Card key={told.name} told={told} {...this.given} />
        ))}
      </>
    );
  }
}

function Card({ told, server, kernels, actions, trans }: Given & { told: Told }) {
  const box = useRef<HTMLElement>(null);
  const [state, setState] = useState<State>("asking");
  const [node, setNode] = useState<Described>();
  const [picture, setPicture] = useState<string>();
  const path = kernels.placeOf(told.kernel, told.name);
  useEffect(() => {
    let url: string | undefined;
    let turn = 0;
    let isSeen = false;
    const look = async (): Promise<void> => {
      const mine = ++turn;
      const found = await stateOf(told, kernels, server);
      if (mine !== turn) return;
      setState(found);
      if (found !== "live" && found !== "frozen") return;
      const place = kernels.placeOf(told.kernel, told.name);
      const described = await server.node(place);
      const hasPicture = described.previews && "image" in described.previews;
      const blob = hasPicture ? await server.picture(place) : undefined;
      if (mine !== turn) return;
      if (url) URL.revokeObjectURL(url);
      url = blob && URL.createObjectURL(blob);
      setNode(described);
      setPicture(url);
    };
    // Of a long notebook, only what somebody sees is asked for; what failed is asked for again when something changes.
    const again = (): void => void (isSeen && look().catch(() => setState("asking")));
    const soon = new Soon(again);
    const [, own] = placesOf(told);
    // What else the kernel publishes is in no card.
    const following = new Following(server.live, (place, kind) => {
      if (place === own || kind === "gone" || kind === "back") soon.stir("");
    });
    const observer = new IntersectionObserver(([entry]) => {
      isSeen = entry?.isIntersecting ?? false;
      following.set(isSeen ? placesOf(told) : []);
      again();
    });
    if (box.current) observer.observe(box.current);
    return () => {
      turn += 1;
      isSeen = false;
      observer.disconnect();
      following.set([]);
      if (url) URL.revokeObjectURL(url);
    };
  }, [told, server, kernels]);
  const now = node ?? told;
  const isThere = state === "live" || state === "frozen";
  const facts = [
    now.kind === "group"
      ? groupText(calledText(node?.called ?? "group", trans), node?.members)
      : shapeText({ name: told.name, ...now }, trans.__("scalar")),
    now.dtype,
    sizeText(node?.nbytes),
  ];
  return (
    <section ref={box} className="jp-ZarrServe-card" aria-label={trans.__("Published: %1", told.name)}>
      {picture && isThere && <img src={picture} alt={trans.__("A small picture of %1", told.name)} />}
      <div>
        <p>
          <strong>{told.name}</strong>
          <span className={`jp-ZarrServe-state jp-mod-${state}`}>{words(state, trans)}</span>
        </p>
        <p className="jp-ZarrServe-facts">{facts.filter(Boolean).join(" · ")}</p>
        <div className="jp-ZarrServe-buttons">
          <Button label={trans.__("View Beside")} isOn={isThere} press={() => actions.view(path)} />
          <Button label={trans.__("Copy Code")} isOn press={() => actions.copy(path)} />
          <Button label={trans.__("Copy Address")} isOn press={() => actions.copyAddress(path)} />
          <Button label={trans.__("Share…")} isOn={isThere} press={() => actions.share(path)} />
          <Button label={trans.__("Unpublish")} isOn={isThere} press={() => void actions.unpublish(path)} />
        </div>
      </div>
    </section>
  );
}

function Button({ label, isOn, press }: { label: string; isOn: boolean; press: () => void }) {
  return (
    <button type="button" className="jp-mod-styled" disabled={!isOn} onClick={press}>
      {label}
    </button>
  );
}

/** The paths of a kernel and of what it published, by which it is told what became of either. */
function placesOf({ kernel, name }: Told): [string, string] {
  return [`kernels/${kernel}`, `kernels/${kernel}/${name}`];
}

/** Whether it is still published: asked so that no answer is a failure. */
async function stateOf(told: Told, kernels: Kernels, server: Server): Promise<State> {
  const [kernel, place] = placesOf(told);
  if (!kernels.isRunning(told.kernel)) return "gone";
  const [isRunning, isThere] = await Promise.all([
    existsAt(server.live, kernel),
    existsAt(server.live, place),
  ]);
  if (isThere === undefined) return "asking";
  if (!isThere) return isRunning ? "withdrawn" : "gone";
  return told.is_frozen ? "frozen" : "live";
}

function words(state: State, trans: TranslationBundle): string {
  return {
    asking: "",
    live: trans.__("live"),
    frozen: trans.__("frozen"),
    withdrawn: trans.__("no longer published"),
    gone: trans.__("gone with its kernel"),
  }[state];
}
