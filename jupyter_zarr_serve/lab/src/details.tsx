// Beneath the tree: what the array is that was chosen, and a small picture of it.

import type { TranslationBundle } from "@jupyterlab/translation";
import { useEffect, useState } from "react";
import type { Model } from "./model.ts";
import type { Described } from "./told.ts";
import { type Row, shapeText, sizeText } from "./tree.ts";

const PAUSE = 200; // milliseconds: who walks by with the arrows asks for nothing
const MOST = 6; // attributes

interface Given {
  readonly row: Row;
  readonly model: Model;
  readonly trans: TranslationBundle;
}

export function Details({ row, model, trans }: Given) {
  const { looks, server } = model;
  const [told, setTold] = useState<Described>();
  const [picture, setPicture] = useState<string>();
  useEffect(() => {
    let isOver = false;
    let url: string | undefined;
    const look = async (): Promise<void> => {
      const node = await server.node(row.path);
      if (isOver) return;
      setTold(node);
      if (!node.previews || !("image" in node.previews)) return;
      const blob = await server.picture(row.path);
      if (isOver) return;
      url = URL.createObjectURL(blob);
      setPicture(url);
    };
    // What cannot be described is said where it is opened.
    const timer = setTimeout(() => void look().catch(() => undefined), PAUSE);
    return () => {
      isOver = true;
      clearTimeout(timer);
      if (url) URL.revokeObjectURL(url);
    };
  }, [row.path, server, looks]);
  const node = told ?? row.member;
  if (!node) return null;
  const attributes = Object.entries(told?.attributes ?? {}).slice(0, MOST);
  const facts: [string, string][] = [
    [trans.__("Shape"), shapeText({ name: row.name, ...node })],
    [trans.__("Type"), node.dtype ?? ""],
    [trans.__("Size"), sizeText(node.nbytes)],
    ...attributes.map(([name, value]): [string, string] => [name, text(value)]),
  ];
  return (
    <section className="jp-ZarrServe-details" aria-label={trans.__("About %1", row.name)}>
      <h3>{row.name}</h3>
      {picture && <img src={picture} alt={trans.__("A small picture of %1", row.name)} />}
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

function text(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
