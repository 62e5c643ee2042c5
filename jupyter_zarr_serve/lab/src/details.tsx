// Beneath the tree: what was chosen, and of an array a small picture and the range of its values.

import type { TranslationBundle } from "@jupyterlab/translation";
import { useEffect, useState } from "react";
import { linkFacts, nodeFacts } from "./facts.ts";
import type { Model } from "./model.ts";
import { calledText } from "./sentences.ts";
import type { Described, Stats } from "./told.ts";
import type { Row } from "./tree.ts";

const PAUSE = 200; // milliseconds: who walks by with the arrows asks for nothing

interface Given {
  readonly row: Row;
  readonly model: Model;
  readonly trans: TranslationBundle;
}

/** What is known of an array or a group; all but the node itself may be missing. */
interface Known {
  readonly node: Described;
  readonly picture?: string | undefined;
  readonly stats?: Stats | undefined;
}

export function Details({ row, model, trans }: Given) {
  const known = useKnown(row, model);
  const node = known?.node ?? row.member;
  const called = node?.called ?? (node?.kind === "group" ? "group" : "");
  const facts = row.link
    ? linkFacts(row.link, trans)
    : nodeFacts(node ?? { name: row.name, kind: "group" }, known?.stats, calledText(called, trans), trans);
  return (
    <section className="jp-ZarrServe-details" aria-label={trans.__("About %1", row.name)} tabIndex={0}>
      <h3>{row.name}</h3>
      {known?.picture && <img src={known.picture} alt={trans.__("A small picture of %1", row.name)} />}
      <dl>
        {facts.map(([name, fact]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{fact}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** Ask for what is said of a row, anew when it may have changed; what cannot be had is said where it is opened. */
function useKnown({ path, link }: Row, { looks, server }: Model): Known | undefined {
  const [known, setKnown] = useState<Known>();
  useEffect(() => {
    let isOver = false;
    let url: string | undefined;
    const tell = (more: Known): void => {
      if (!isOver) setKnown((before) => ({ ...before, ...more }));
    };
    const look = async (): Promise<void> => {
      const node = await server.node(path);
      tell({ node });
      const { previews = {} } = node;
      const draw = async (): Promise<void> => {
        const blob = await server.picture(path);
        if (isOver) return;
        url = URL.createObjectURL(blob);
        tell({ node, picture: url });
      };
      const measure = async (): Promise<void> => tell({ node, stats: await server.stats(path) });
      await Promise.allSettled(["image" in previews && draw(), "stats" in previews && measure()]);
    };
    const timer = link ? undefined : setTimeout(() => void look().catch(() => undefined), PAUSE);
    return () => {
      isOver = true;
      clearTimeout(timer);
      if (url) URL.revokeObjectURL(url);
    };
  }, [path, link, server, looks]);
  return known;
}
